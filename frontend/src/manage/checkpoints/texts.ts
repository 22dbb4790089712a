import { words, type Facts } from '$lib/i18n.svelte';
import en from './en.json';
import th from './th.json';

const own = words(th, en);

/** This page's words. `t.any` is for names made by the server: an unknown one stands as it is. */
export const t = Object.assign((key: Parameters<typeof own>[0], facts?: Facts) => own(key, facts), {
  any: (key: string, otherwise: string): string => (key in th ? own(key as keyof typeof th) : otherwise),
});
