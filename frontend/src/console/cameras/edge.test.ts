import { describe, expect, it } from 'vitest';
import { AIM_S, backOff, step } from './edge';

describe('the live edge', () => {
  it('waits while nothing is held', () => expect(step(0, [])).toEqual({ seek: null, rate: 1, drop: null }));
  it('goes to the newest picture of what came first', () => expect(step(0, [{ start: 100, end: 104 }]).seek).toBeCloseTo(104 - AIM_S));
  it('stays where it is well', () => expect(step(103.7, [{ start: 100, end: 104 }])).toEqual({ seek: null, rate: 1, drop: null }));
  it('hurries when somewhat behind, and jumps when far', () => {
    expect(step(103, [{ start: 100, end: 104 }])).toMatchObject({ seek: null, rate: 1.15 });
    expect(step(102, [{ start: 100, end: 104 }]).seek).toBeCloseTo(103.75);
  });
  it('leaves an old range for the newest one, and never stands before it', () => {
    expect(step(99.9, [{ start: 90, end: 100 }, { start: 110, end: 110.1 }]).seek).toBe(110);
  });
  it('comes back when it stands beyond the end', () => expect(step(120, [{ start: 100, end: 104 }]).seek).toBeCloseTo(103.75));
  it('forgets what is long past, some seconds at a time', () => {
    expect(step(111, [{ start: 100, end: 111.2 }]).drop).toBeNull();
    expect(step(113, [{ start: 100, end: 113.2 }]).drop).toBe(105);
  });
});

describe('trying again', () => {
  it('waits longer each time, to a bound, apart from others', () => {
    const waits = [0, 1, 2, 3, 9, 99].map((n) => backOff(n, 0.5));
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[0]).toBe(500);
    expect(backOff(99, 1)).toBeLessThanOrEqual(20_000);
    expect(backOff(3, 0)).toBeLessThan(backOff(3, 1));
  });
});
