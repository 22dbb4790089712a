import { words } from '$lib/i18n.svelte';
import en from './en.json';
import th from './th.json';

/** The words of the camera screens. */
export const v = words(th, en);
