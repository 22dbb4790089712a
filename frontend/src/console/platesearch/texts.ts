import { words, type Facts } from '$lib/i18n.svelte';
import en from './en.json';
import th from './th.json';

const own = words(th, en);

/** The words of searching plates and of the strip of live reads; `p.any` is for words of readers, which stand as they are where they are not known. */
export const p = Object.assign((key: Parameters<typeof own>[0], facts?: Facts) => own(key, facts), {
  any: (key: string, otherwise: string): string => (key in th ? own(key as keyof typeof th) : otherwise),
});
