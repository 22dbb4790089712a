import { describe, expect, it } from 'vitest';
import { between, stepOf, stepsOf, streetsByHour, stretches, timesOf } from './weeks';

const hours = (at: Record<number, number>) => Array.from({ length: 168 }, (_, n) => at[n] ?? 0).join('');
const streets = [{ id: 1, hours: hours({ 0: 2, 30: 1 }) }, { id: 2, hours: hours({ 30: 4 }) }];

describe('coverage', () => {
  it('counts the streets of an hour and the times of a street', () => {
    const found = streetsByHour(streets);
    expect([found[0], found[30], found[31]]).toEqual([1, 2, 0]);
    expect(timesOf(streets, new Set())).toEqual(new Map([[1, 3], [2, 4]]));
    expect(timesOf(streets, new Set([0]))).toEqual(new Map([[1, 2]]));
    expect(timesOf(streets, new Set([5]))).toEqual(new Map());
  });
  it('steps by quarters and never by two that are the same', () => {
    expect(stepsOf([1, 2, 3, 40])).toEqual([1, 2, 3, 40]);
    expect(stepsOf([1, 1, 1, 1])).toEqual([1]);
    expect(stepsOf([])).toEqual([1]);
    expect([1, 2, 39, 400].map((one) => stepOf(one, [1, 2, 3, 40]))).toEqual([0, 1, 2, 3]);
  });
  it('chooses a rectangle and tells stretches of hours', () => {
    expect(between(2 * 24 + 22, 1 * 24 + 21)).toEqual([45, 46, 69, 70]);
    expect(stretches([3, 2, 23, 24, 25, 30])).toEqual([{ day: 0, from: 2, to: 4 }, { day: 0, from: 23, to: 24 }, { day: 1, from: 0, to: 2 }, { day: 1, from: 6, to: 7 }]);
  });
});
