import { words } from '$lib/i18n.svelte';
import en from './en.json';
import th from './th.json';

/** The words of SOS points on the console. */
export const s = words(th, en);
