import { describe, expect, it } from 'vitest';
import { fit, placeAt } from './field';

describe('a field', () => {
  const field = fit([[98.98, 18.78], [99, 18.8]], 400, 300);
  it('has all places inside its margin', () => {
    for (const [lon, lat] of [[98.98, 18.78], [99, 18.8], [98.98, 18.8]] as const) {
      const [x, y] = field!.at(lon, lat);
      expect(x).toBeGreaterThanOrEqual(23.9);
      expect(x).toBeLessThanOrEqual(376.1);
      expect(y).toBeGreaterThanOrEqual(23.9);
      expect(y).toBeLessThanOrEqual(276.1);
    }
  });
  it('gives a pixel its place again', () => {
    const [lon, lat] = field!.back(...field!.at(98.987, 18.791));
    expect(lon).toBeCloseTo(98.987, 9);
    expect(lat).toBeCloseTo(18.791, 9);
  });
  it('is none without places or room', () => {
    expect(fit([], 400, 300)).toBeNull();
    expect(fit([[99, 18]], 20, 20)).toBeNull();
  });
});

describe('a way', () => {
  const way = [[10, 1, 1], [20, 2, 3], [200, 5, 5]] as const;
  it('is between its points', () => expect(placeAt(way, 15, 60)).toEqual([1.5, 2]));
  it('begins where it was first seen, if soon', () => {
    expect(placeAt(way, 0, 60)).toEqual([1, 1]);
    expect(placeAt(way, 0, 5)).toBeNull();
  });
  it('stays for a while, then is unknown: nobody guesses a way over minutes', () => {
    expect(placeAt(way, 60, 60)).toEqual([2, 3]);
    expect(placeAt(way, 120, 60)).toBeNull();
    expect(placeAt([], 1, 60)).toBeNull();
  });
});
