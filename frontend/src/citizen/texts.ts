/** The citizen's words over the common ones. */
import { words } from '$lib/i18n.svelte';
import en from './en.json';
import th from './th.json';

export const t = words(th, en);

/** Words by a key that is put together; its catalogue and the test of touches hold that each is there. */
export const tAny = (key: string): string => t(key as Parameters<typeof t>[0]);
