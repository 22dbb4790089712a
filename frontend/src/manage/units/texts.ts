import { words } from '$lib/i18n.svelte';
import en from './en.json';
import th from './th.json';

const say = words(th, en);

/** What a unit can do that others cannot; words that a station adds of its own stand as they are. */
const KNOWN = ['women_children', 'road_block', 'transport', 'police_volunteer', 'citizen_volunteer', 'public_spirit', 'english', 'first_aid', 'traffic', 'negotiator'] as const;
type Known = (typeof KNOWN)[number];
const known = (word: string): word is Known => (KNOWN as readonly string[]).includes(word);

export const t = Object.assign(say, { has: (word: string): string => (known(word) ? say(`can.${word}`) : word), known: KNOWN });
