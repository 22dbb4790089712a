import { expect, test } from 'vitest';
import { grouped, lastMonth, monthText, moved, verdicts, type Figure } from './months';

test('the month that is over is told by Bangkok', () => {
  expect(lastMonth(new Date('2026-10-31T16:59:00Z'))).toBe('2026-09');
  expect(lastMonth(new Date('2026-10-31T17:01:00Z'))).toBe('2026-10');
  expect(lastMonth(new Date('2026-01-10T00:00:00Z'))).toBe('2025-12');
});

test('months go over the year', () => {
  expect(moved('2026-01', -1)).toBe('2025-12');
  expect(moved('2025-12', 1)).toBe('2026-01');
});

test('months are said in both calendars', () => {
  expect(monthText('2026-10', 'th')).toBe('ตุลาคม 2569');
  expect(monthText('2026-10-01', 'en')).toBe('October 2026');
});

test('figures stand under their indicator, and verdicts are counted', () => {
  const figures = [
    { kpi: 'K1', code: 'K1', verdict: 'worse' },
    { kpi: 'K1', code: 'K1.1', verdict: 'unclaimable' },
    { kpi: 'K2', code: 'K2', verdict: '' },
  ] as Figure[];
  expect(grouped(figures).map(([kpi, own]) => [kpi, own.length])).toEqual([['K1', 2], ['K2', 1]]);
  expect(verdicts(figures)).toEqual({ better: 0, worse: 1, unclaimable: 1 });
});
