import { words } from '$lib/i18n.svelte';
import en from './en.json';
import th from './th.json';

export const t = words(th, en);
