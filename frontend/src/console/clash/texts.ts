import { words } from '$lib/i18n.svelte';
import en from './en.json';
import th from './th.json';

/** What is said when two operators work on one incident. */
export const k = words(th, en);
