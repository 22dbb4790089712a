import { expect, it } from 'vitest';
import type { StripEntry } from '$lib/types';
import { along, around, changes } from './strip';

const now = Date.parse('2026-11-21T17:30:00Z'); // 00:30 in Bangkok

it('places the hour', () => {
  expect(along(now, now)).toBe(1);
  expect(along(now - 1_800_000, now)).toBe(0.5);
  expect(along(now - 3_600_001, now)).toBeNull();
  expect(along(now + 1, now)).toBeNull();
});
it('finds what happened around a moment', () => {
  const entry = (seconds: number) => ({ at: new Date(now - seconds * 1000).toISOString() }) as StripEntry;
  expect(around([entry(100), entry(50), entry(10)], now - 52_000, 5)).toHaveLength(1);
});
it('finds the change of shift, over midnight too', () => {
  const shift = (starts: string) => ({ id: starts, name_th: '', name_en: '', starts, ends: '' });
  expect(changes([shift('00:00'), shift('08:00'), shift('16:00')], now).map(({ shift: { id }, at }) => [id, new Date(at).toISOString()])).toEqual([['00:00', '2026-11-21T17:00:00.000Z']]);
  expect(changes([shift('23:45')], now).map(({ at }) => new Date(at).toISOString())).toEqual(['2026-11-21T16:45:00.000Z']);
  expect(changes([shift('12:00')], now)).toEqual([]);
});
