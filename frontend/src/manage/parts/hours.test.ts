import { describe, expect, it } from 'vitest';
import { asDay, asWeek, copied, moved, painted } from './hours';

describe('figures by hour', () => {
  const day = Array.from({ length: 24 }, (_, n) => n);
  it('become a week and a day again', () => {
    expect(asWeek(day)).toHaveLength(168);
    expect(asWeek(day)[24 * 6 + 5]).toBe(5);
    expect(asDay(asWeek(day))).toEqual(day);
    expect(asDay(painted(asWeek(day), 5, 12))[5]).toBe((12 + 5 * 6) / 7);
  });
  it('are painted and copied without touching what was given', () => {
    const week = asWeek(day);
    const one = painted(week, 24 * 2 + 3, 9);
    expect(week[24 * 2 + 3]).toBe(3);
    expect(copied(one, 2)[3]).toBe(9);
    expect(copied(one, 2)).toHaveLength(168);
  });
  it('are walked through by arrows, not beyond their ends, and turned on a phone', () => {
    expect(moved(0, 168, 'ArrowRight', false)).toBe(1);
    expect(moved(0, 168, 'ArrowDown', false)).toBe(24);
    expect(moved(0, 168, 'ArrowLeft', false)).toBe(0);
    expect(moved(23, 24, 'ArrowDown', false)).toBe(23);
    expect(moved(0, 168, 'ArrowDown', true)).toBe(1);
    expect(moved(0, 168, 'ArrowRight', true)).toBe(24);
    expect(moved(167, 168, 'ArrowRight', true)).toBe(167);
  });
});
