/**
 * Words in Thai and English. Catalogues are flat JSON files; the keys are types, so a key that does not exist fails
 * `npm run check`, and a test compares every th.json with its en.json (keys and {facts}).
 *
 *     import th from './th.json'; import en from './en.json';
 *     export const t = words(th, en);          t('queue.empty')   t('unit.free', { n: 7 })
 */
import commonEn from './en.json';
import commonTh from './th.json';

export type Locale = 'th' | 'en';
/** The reader's own language. The citizen's page speaks all seven; elsewhere it is the locale. */
export type Tongue = Locale | 'zh' | 'ja' | 'ko' | 'ru' | 'ms';
export type Facts = Record<string, string | number | null | undefined>;

const KEPT = 'unjai.locale';

function startLocale(): Locale {
  try {
    return localStorage.getItem(KEPT) === 'en' ? 'en' : 'th';
  } catch {
    return 'th';
  }
}

const begun = startLocale();

/**
 * The chosen language. Reading `language.locale` in a component redraws it when the choice changes. `locale` is what data
 * and the centre's answers come in; `tongue` is what the reader reads, and differs from it only on the citizen's page.
 */
export const language = $state<{ locale: Locale; tongue: Tongue }>({ locale: begun, tongue: begun });

/** The words of a tongue that is not in the catalogues; a key that is not in it stays English. */
let dictionary = $state.raw<Readonly<Record<string, string>> | null>(null);

/** Speak a tongue: with its words where it is neither Thai nor English. Data then comes in English. */
export function speak(tongue: Tongue, its: Readonly<Record<string, string>> | null = null): void {
  const own = tongue === 'th' || tongue === 'en';
  language.locale = own ? tongue : 'en';
  language.tongue = tongue;
  dictionary = own ? null : its;
  if (typeof document !== 'undefined') document.documentElement.lang = tongue === 'zh' ? 'zh-Hans' : tongue;
}

export function setLocale(locale: Locale): void {
  speak(locale);
  try {
    localStorage.setItem(KEPT, locale);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
}

/** Puts `{name}` facts into a text; an unknown name stays visible, so that it is seen and mended. */
export function fill(text: string, facts: Facts = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const fact = facts[name];
    return fact === undefined || fact === null ? whole : String(fact);
  });
}

/** A translator over the common words and one application's own. */
export function words<K extends string>(th: Record<K, string>, en: Record<K, string>) {
  type Common = keyof typeof commonTh;
  const both = {
    th: { ...commonTh, ...th } as Record<K | Common, string>,
    en: { ...commonEn, ...en } as Record<K | Common, string>,
  };
  return (key: K | Common, facts?: Facts): string => fill(dictionary?.[key] ?? both[language.locale][key], facts);
}

/** The common words alone. */
export const t = words({}, {});

/** Picks `row.name_th` or `row.name_en` (any stem); Thai stands in when there is no English. */
export function named(row: object | null | undefined, stem = 'name'): string {
  if (!row) return '';
  const fields = row as Record<string, unknown>;
  const own = fields[`${stem}_${language.locale}`];
  const thai = fields[`${stem}_th`];
  const other = fields[`${stem}_en`];
  return String(own || thai || other || '');
}

/**
 * The name of a place for somebody who may have to show it: in Thai letters first, which a driver reads, then in Latin
 * ones, which the visitor reads. In Thai it is the Thai name alone.
 */
export function placeName(row: object | null | undefined, stem = 'name'): string {
  const own = named(row, stem);
  if (language.tongue === 'th' || !row) return own;
  const thai = String((row as Record<string, unknown>)[`${stem}_th`] ?? '');
  return thai && own && thai !== own ? `${thai} / ${own}` : own || thai;
}
