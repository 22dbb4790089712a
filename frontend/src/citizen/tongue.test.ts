import { expect, it } from 'vitest';
import { firstOf, SPOKEN, startTongue } from './tongue';

it('takes the first language of the phone that is spoken here', () => {
  expect(firstOf(['de-DE', 'ja-JP', 'en-US'])).toBe('ja');
  expect(firstOf(['zh-TW'])).toBe('zh');
  expect(firstOf(['ru'])).toBe('ru');
  expect(firstOf(['de', 'fr'])).toBe('en');
  expect(firstOf([])).toBe('th');
});

it('keeps what was chosen, here first', () => {
  const shelf = (kept: Record<string, string>) => (key: string) => kept[key] ?? null;
  expect(startTongue(shelf({ 'unjai.tongue': 'ko', 'unjai.locale': 'th' }), ['ja'])).toBe('ko');
  expect(startTongue(shelf({ 'unjai.locale': 'th' }), ['ja'])).toBe('th');
  expect(startTongue(shelf({ 'unjai.tongue': 'klingon' }), ['ja'])).toBe('ja');
});

it('names seven languages, each by its own letters', () => {
  expect(SPOKEN.map((one) => one.tongue)).toEqual(['th', 'en', 'zh', 'ja', 'ko', 'ru', 'ms']);
});
