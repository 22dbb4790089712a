import { describe, expect, it } from 'vitest';
import { fill, language, named, placeName, setLocale, speak, t } from './i18n.svelte';

const catalogues = import.meta.glob<Record<string, string>>('../**/{th,en}.json', { eager: true, import: 'default' });
const folders = [...new Set(Object.keys(catalogues).map((path) => path.replace(/[^/]+$/, '')))];
const facts = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

describe.each(folders)('catalogue %s', (folder) => {
  const th = catalogues[`${folder}th.json`] ?? {};
  const en = catalogues[`${folder}en.json`] ?? {};
  it('has every key in both languages', () => expect(Object.keys(en).sort()).toEqual(Object.keys(th).sort()));
  it('has no empty text', () => expect(Object.entries({ ...th, ...en }).filter(([, text]) => !text.trim())).toEqual([]));
  it('names the same facts', () => {
    for (const [key, text] of Object.entries(th)) expect([key, facts(en[key] ?? '')]).toEqual([key, facts(text)]);
  });
  it('is Thai in Thai: no English sentence was left behind', () => {
    const left = Object.entries(th).filter(([key, text]) => !/[\u0E00-\u0E7F]/.test(text) && /[a-z]{4,}/.test(text.replace(/\{\w+\}/g, '')) && key !== 'common.language.other');
    expect(left).toEqual([]);
  });
});

it('fills facts and leaves unknown ones visible', () => {
  expect(fill('ว่าง {n} จาก {all}', { n: 7 })).toBe('ว่าง 7 จาก {all}');
});
it('follows the chosen language', () => {
  setLocale('th');
  expect(t('state.new')).toBe('รอรับเรื่อง');
  setLocale('en');
  expect(t('state.new')).toBe('Waiting');
  expect(named({ name_th: 'ตลาด', name_en: '' })).toBe('ตลาด');
  language.locale = 'th';
});

it('speaks a tongue with its own words, English where one is missing, and takes data in English', () => {
  speak('ja', { 'common.close': '閉じる' });
  expect(t('common.close')).toBe('閉じる');
  expect(t('state.new')).toBe('Waiting');
  expect(language.locale).toBe('en');
  expect(named({ name_th: 'ตลาด', name_en: 'Market' })).toBe('Market');
  expect(placeName({ name_th: 'ตลาด', name_en: 'Market' })).toBe('ตลาด / Market');
  expect(placeName({ name_th: 'ตลาด', name_en: '' })).toBe('ตลาด');
  speak('th');
  expect(t('common.close')).toBe('ปิด');
  expect(placeName({ name_th: 'ตลาด', name_en: 'Market' })).toBe('ตลาด');
});
