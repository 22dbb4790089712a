import { describe, expect, it } from 'vitest';
import { fit, moved, near, place, zoomed, type At } from './plane';

const TOWN: At[] = [[99, 16.6], [99.01, 16.61]];

describe('the small plane', () => {
  it('holds everything with a margin', () => {
    const view = fit(TOWN, 400, 300);
    if (!view) throw new Error('no view');
    for (const at of TOWN) {
      const [x, y] = place(view, 400, 300, at);
      expect(x).toBeGreaterThanOrEqual(23.9);
      expect(x).toBeLessThanOrEqual(376.1);
      expect(y).toBeGreaterThanOrEqual(23.9);
      expect(y).toBeLessThanOrEqual(276.1);
    }
    expect(fit([], 400, 300)).toBeNull();
  });

  it('keeps a single point in the middle, not infinitely near', () => {
    const view = fit([[99, 16.6]], 400, 300);
    expect(view?.metres).toBeCloseTo(200 / 300);
    expect(view && place(view, 400, 300, [99, 16.6])).toEqual([200, 150]);
  });

  it('moves with the hand and zooms where the pointer is', () => {
    const view = fit(TOWN, 400, 300);
    if (!view) throw new Error('no view');
    const [x, y] = place(view, 400, 300, [99, 16.6]);
    const [mx, my] = place(moved(view, 10, -20), 400, 300, [99, 16.6]);
    expect([mx - x, my - y]).toEqual([expect.closeTo(10, 1), expect.closeTo(-20, 1)]);
    const [zx, zy] = place(zoomed(view, 2, 400, 300, x, y), 400, 300, [99, 16.6]);
    expect([zx, zy]).toEqual([expect.closeTo(x, 0), expect.closeTo(y, 0)]);
  });

  it('knows how near a line or a point is', () => {
    expect(near([[0, 0], [10, 0]], 5, 3)).toBe(3);
    expect(near([[0, 0], [10, 0]], 13, 4)).toBe(5);
    expect(near([[1, 1]], 4, 5)).toBe(5);
    expect(near([], 0, 0)).toBe(Infinity);
  });
});
