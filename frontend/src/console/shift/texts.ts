import { words } from '$lib/i18n.svelte';
import en from './en.json';
import th from './th.json';

/** The words of the shift log. */
export const s = words(th, en);
