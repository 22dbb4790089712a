import { words } from '$lib/i18n.svelte';
import en from './en.json';
import th from './th.json';

/** The words of watched walks at the desk. */
export const w = words(th, en);
