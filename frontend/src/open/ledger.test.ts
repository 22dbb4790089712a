import { expect, it } from 'vitest';
import { classes, series, type WatchedDay } from './ledger';

const day = (at: string, n: number): WatchedDay => ({ day: at, closed_at: at, numbers: { plate_search: { n, by: null } }, listed: null, kept: null, root: null });

it('tells what is left when classes are added up', () => {
  expect(classes({ n: 14, by: { reason: { stolen: 5, warrant: 6 } } }, 'reason')).toEqual({ told: [{ name: 'warrant', n: 6 }, { name: 'stolen', n: 5 }], rest: 3 });
  expect(classes({ n: 4, by: { reason: {} } }, 'reason')).toEqual({ told: [], rest: 4 });
  expect(classes(undefined, 'reason')).toEqual({ told: [], rest: 0 });
});

it('gives a day without figures no zero', () => {
  const found = series([day('2026-02-02', 3), day('2026-02-01', 0)], '2026-02', ['plate_search']);
  expect(found.length).toBe(28);
  expect(found.slice(0, 3)).toEqual([0, 3, null]);
});
