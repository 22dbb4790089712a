import { expect, it } from 'vitest';
import { fiscalSpan, fiscalYear } from './fiscal';

it('a fiscal year begins in October and is named by its end', () => {
  expect(['2026-09-30', '2026-10-01', '2027-09-30'].map(fiscalYear)).toEqual([2569, 2570, 2570]);
  expect(fiscalSpan(2570)).toEqual(['2026-10-01', '2027-09-30']);
  for (let year = 2560; year < 2580; year += 1) expect(fiscalSpan(year).map(fiscalYear)).toEqual([year, year]);
});
