import { words } from '$lib/i18n.svelte';
import en from './en.json';
import th from './th.json';

/** The words of sealing evidence. */
export const e = words(th, en);
