/** The seven languages of the citizen's page: which one, kept on the phone; the words of five of them come when chosen. */
import { language, speak, type Tongue } from '$lib/i18n.svelte';

export interface Spoken {
  tongue: Tongue;
  /** In its own letters, so that its reader finds it. */
  name: string;
  /** The same, short enough for the head of a small phone. */
  short: string;
  /** BCP 47, for what reads aloud and for the letters' shapes. */
  lang: string;
}

export const SPOKEN: readonly Spoken[] = [
  { tongue: 'th', name: 'ไทย', short: 'ไทย', lang: 'th' },
  { tongue: 'en', name: 'English', short: 'English', lang: 'en' },
  { tongue: 'zh', name: '简体中文', short: '中文', lang: 'zh-Hans' },
  { tongue: 'ja', name: '日本語', short: '日本語', lang: 'ja' },
  { tongue: 'ko', name: '한국어', short: '한국어', lang: 'ko' },
  { tongue: 'ru', name: 'Русский', short: 'Русский', lang: 'ru' },
  { tongue: 'ms', name: 'Bahasa Melayu', short: 'Melayu', lang: 'ms' },
];

const KEPT = 'unjai.tongue';
const KEPT_ELSEWHERE = 'unjai.locale';

type Words = Record<string, string>;
const found = import.meta.glob<Words>('./languages/*.json', { import: 'default' });

/** Words by a tongue's letters; none for Thai and English, which are always there. */
async function wordsOf(tongue: Tongue): Promise<Words | null> {
  return (await found[`./languages/${tongue}.json`]?.()) ?? null;
}

function isTongue(said: string | null | undefined): said is Tongue {
  return SPOKEN.some((one) => one.tongue === said);
}

/**
 * The first language of the phone that is spoken here, else English, which a visitor reads sooner than Thai; with no
 * answer at all, Thai.
 */
export function firstOf(wanted: readonly string[]): Tongue {
  for (const one of wanted) {
    const primary = one.toLowerCase().split('-')[0];
    if (isTongue(primary)) return primary;
  }
  return wanted.length > 0 ? 'en' : 'th';
}

/** What was chosen here before, or in another of the station's pages on this phone, or what the phone itself speaks. */
export function startTongue(kept: (key: string) => string | null, wanted: readonly string[]): Tongue {
  const chosen = [kept(KEPT), kept(KEPT_ELSEWHERE)].find(isTongue);
  return chosen ?? firstOf(wanted);
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

let turn = 0;

/**
 * Speak a tongue as soon as its words are here; nothing waits for it. Where they cannot be had, the page speaks English
 * and says so by its name. A later choice wins over an earlier one that comes late.
 */
async function change(tongue: Tongue): Promise<void> {
  const mine = (turn += 1);
  const words = await wordsOf(tongue).catch(() => null);
  if (mine !== turn) return;
  if (words || tongue === 'th' || tongue === 'en') speak(tongue, words);
}

/** Begin: at once in Thai or English; another tongue follows within moments, and a page may wait for it shortly. */
export async function begin(): Promise<void> {
  const tongue = startTongue(read, navigator.languages);
  if (tongue === 'th' || tongue === 'en') return speak(tongue);
  speak('en');
  return change(tongue);
}

/** The reader's choice: kept on this phone. Returns false where its words could not be had. */
export async function choose(tongue: Tongue): Promise<boolean> {
  await change(tongue);
  if (language.tongue !== tongue) return false;
  try {
    localStorage.setItem(KEPT, tongue);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
  return true;
}
