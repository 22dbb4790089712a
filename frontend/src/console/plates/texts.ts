import { words } from '$lib/i18n.svelte';
import en from './en.json';
import th from './th.json';

/** The words of hits on the watch list. */
export const h = words(th, en);
