import { describe, expect, it } from 'vitest';
import { between, clock, holds, isMade } from './types';

const mark = { file: 'a.mp4', x0: 0, y0: 0, x1: 1, y1: 1, since_s: null, until_s: null };

describe('rectangles on a release copy', () => {
  it('are drawn from any corner to any other, and held inside the picture', () => {
    expect(between([0.6, 0.7], [0.2, 0.1])).toEqual({ x0: 0.2, y0: 0.1, x1: 0.6, y1: 0.7 });
    expect(between([-0.5, 0.5], [0.25, 1.5])).toEqual({ x0: 0, y0: 0.5, x1: 0.25, y1: 1 });
    expect(between([0.5, 0.5], [0.505, 0.9])).toBeNull();
  });
  it('hide through all of a clip, or from one moment to another with both ends', () => {
    expect(holds(mark, 99)).toBe(true);
    expect([1.9, 2, 3, 3.1].map((at) => holds({ ...mark, since_s: 2, until_s: 3 }, at))).toEqual([false, true, true, false]);
  });
  it('have moments that people read', () => {
    expect([clock(0), clock(9.94), clock(75.5)]).toEqual(['0:00.0', '0:09.9', '1:15.5']);
    expect([isMade({ state: 'blurring' }), isMade({ state: 'look' })]).toEqual([true, false]);
  });
});
