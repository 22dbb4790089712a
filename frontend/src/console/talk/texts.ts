import { words } from '$lib/i18n.svelte';
import en from './en.json';
import th from './th.json';

/** The words of messages between the centre and its units. */
export const k = words(th, en);
