import { describe, expect, it } from 'vitest';

type Catalogue = Record<string, string>;
const thai = import.meta.glob<Catalogue>('../**/th.json', { eager: true, import: 'default' });
const english = import.meta.glob<Catalogue>('../**/en.json', { eager: true, import: 'default' });
const common = Object.values(import.meta.glob<Catalogue>('../../lib/en.json', { eager: true, import: 'default' }))[0] ?? {};
const sources = import.meta.glob<string>(['../**/*.{svelte,ts}', '../../lib/{NearMap,ErrorNote}.svelte', '!../**/*.test.ts'], { eager: true, query: '?raw', import: 'default' });
const languages = import.meta.glob<Catalogue>('./*.json', { eager: true, import: 'default' });

const facts = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
const own = Object.entries(english).flatMap(([, words]) => Object.entries(words));
const code = Object.values(sources).join('\n');
const shared = Object.entries(common).filter(([key]) => code.includes(`'${key}'`));
const wanted: Catalogue = Object.fromEntries([...shared, ...own]);

/** Letters that a text must have, unless it is a name, a number or an address. */
const LETTERS: Record<string, RegExp> = { zh: /\p{Script=Han}/u, ja: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u, ko: /\p{Script=Hangul}/u, ru: /\p{Script=Cyrillic}/u, ms: /[a-z]/i };
/** Words by which another language was left behind. */
const FOREIGN: Record<string, RegExp> = {
  zh: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Cyrillic}]|[國電話報請來點關這個為時發現]/u,
  ja: /[\p{Script=Hangul}\p{Script=Cyrillic}]/u,
  ko: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Cyrillic}\p{Script=Han}]/u,
  ru: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Han}]/u,
  ms: /\b(the|and|you|your|where|call for|please|is on)\b/i,
};
/** Meant to be read by others than its reader, and so the same everywhere. */
const THAI_KEYS = new Set(Object.keys(wanted).filter((key) => /[\u0E00-\u0E7F]/.test(wanted[key] ?? '')));

it('gives each key of the citizen’s pages to one page alone', () => {
  const keys = own.map(([key]) => key);
  expect(keys.filter((key, n) => keys.indexOf(key) !== n)).toEqual([]);
  expect(keys.filter((key) => key in common)).toEqual([]);
  expect(Object.values(thai).flatMap((words) => Object.keys(words)).sort()).toEqual([...keys].sort());
});

it('speaks five languages beside Thai and English', () => expect(Object.keys(languages).sort()).toEqual(['./ja.json', './ko.json', './ms.json', './ru.json', './zh.json']));

describe.each(Object.entries(languages))('%s', (path, words) => {
  const tongue = path.slice(2, 4);
  it('has every text of the citizen’s pages, and no other', () => {
    expect({ missing: Object.keys(wanted).filter((key) => !(key in words)), needless: Object.keys(words).filter((key) => !(key in wanted)) }).toEqual({ missing: [], needless: [] });
  });
  it('names the same facts', () => {
    for (const [key, text] of Object.entries(words)) expect([key, facts(text)]).toEqual([key, facts(wanted[key] ?? '')]);
  });
  it('is written in its own letters', () => {
    const bare = Object.entries(words).filter(([key]) => !THAI_KEYS.has(key)).map(([key, text]): [string, string] => [key, text.replace(/\{\w+\}|https?:\S+/g, '')]);
    expect(bare.filter(([, text]) => !text.trim())).toEqual([]);
    const other = bare.filter(([key, text]) => (/[a-z]{3,}/i.test((wanted[key] ?? '').replace(/\{\w+\}|https?:\S+/g, '')) && !LETTERS[tongue]?.test(text)) || FOREIGN[tongue]?.test(text) || /[\u0E00-\u0E7F]/.test(text));
    expect(other).toEqual([]);
  });
});

it('reads times and distances out in the reader’s tongue', () => {
  const wrong = Object.entries(sources).filter(([, source]) => /\b(?:ago|minutes|distance|date|when)Text\([^;\n]*language\.locale/.test(source));
  expect(wrong.map(([path]) => path)).toEqual([]);
});
