import { describe, expect, it } from 'vitest';
import { apart, blindAt, counted, stepAt, wayOf, type Step } from './replay';

const TRACK: Step[] = [[0, 1, 1], [15, 2, 2], [30, 3, 3], [400, 4, 4]];

describe('a track played again', () => {
  it('stands at the last step that was told', () => {
    expect([-5, 0, 14, 15, 29, 399, 400, 9_000].map((second) => stepAt(TRACK, second))).toEqual([0, 0, 0, 1, 1, 2, 3, 3]);
    expect(stepAt([], 5)).toBe(0);
  });
  it('says where nothing is known', () => {
    expect([29, 31, 200, 400].map((second) => blindAt([[30, 400]], second))).toEqual([false, true, true, false]);
  });
  it('leaves out the numbers that would lie on others', () => {
    const label = (key: string, x: number, y: number) => ({ key, x, y, width: 16 });
    expect([...apart([label('a', 0, 0), label('b', 10, 5), label('c', 16, 0), label('d', 10, 12), label('e', 12, 20)])]).toEqual(['a', 'c', 'd']);
  });
  it('has a word for a shift without a line to draw', () => {
    const told = { carries: true, positions: 9, pieces: [[]] };
    expect(wayOf(told)).toBe('way');
    expect(wayOf({ ...told, carries: false })).toBe('way');
    expect(wayOf({ ...told, pieces: [] })).toBe('few');
    expect(wayOf({ ...told, pieces: null })).toBe('few');
    expect(wayOf({ ...told, positions: 0, pieces: [] })).toBe('none');
    expect(wayOf({ carries: false, positions: 0 })).toBe('no_phone');
  });
  it('counts every stop once', () => {
    const stops = [{ state: 'late' }, { state: 'done' }, { state: 'done' }] as const;
    expect(counted(stops)).toEqual([['done', 2], ['late', 1]]);
  });
});
