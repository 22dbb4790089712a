import { describe, expect, it } from 'vitest';
import type { LonLat, Streets } from '$lib/types';
import { boundsOf, chains, labelPoint, metresBetween, offset, outside, scaleBar, wedge } from './geo';

const here: LonLat = [98.985, 18.802];

it('measures and steps alike', () => {
  for (const bearing of [0, 45, 90, 200, 359]) expect(metresBetween(here, offset(here, bearing, 500))).toBeCloseTo(500, 0);
});
it('draws a closed sector', () => {
  const ring = wedge(here, 90, 60, 40).coordinates[0] ?? [];
  expect(ring[0]).toEqual(ring.at(-1));
  for (const at of ring.slice(1, -1)) expect(metresBetween(here, at as LonLat)).toBeCloseTo(40, 1);
});
it('bounds', () => {
  expect(boundsOf([])).toBeNull();
  expect(boundsOf([[1, 5], [3, 2]])).toEqual([[1, 2], [3, 5]]);
});
it('finds the middle of a bent shape inside it', () => {
  const bent = { type: 'Polygon' as const, coordinates: [[[0, 0], [10, 0], [10, 2], [2, 2], [2, 10], [0, 10], [0, 0]]] };
  const [x, y] = labelPoint(bent);
  expect(x < 2.5 && y < 2.5).toBe(true);
  const square = labelPoint({ type: 'Polygon', coordinates: [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]] });
  expect(square[0]).toBeCloseTo(1, 1);
  expect(square[1]).toBeCloseTo(1, 1);
});
it('cuts the zone out of the world', () => {
  const zone = { type: 'Polygon' as const, coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] };
  expect(outside(zone).coordinates).toHaveLength(2);
});

const street = (id: number, name: string, line: LonLat[], kind: 'soi' | 'main' = 'soi') => ({
  type: 'Feature' as const,
  properties: { id, name_th: name, name_en: '', class: kind, oneway: false, lit: null },
  geometry: { type: 'LineString' as const, coordinates: line },
});
const collection = (...features: ReturnType<typeof street>[]): Streets => ({ type: 'FeatureCollection', features });

describe('chains', () => {
  it('joins blocks of one street in any direction into one line', () => {
    const joined = chains(collection(street(2, 'ซอย 1', [[2, 0], [1, 0]]), street(1, 'ซอย 1', [[0, 0], [1, 0]]), street(3, 'ซอย 1', [[2, 0], [3, 0.1]])));
    expect(joined).toHaveLength(1);
    const xs = joined[0]?.line.map(([x]) => x) ?? [];
    expect(xs).toEqual([...xs].sort((a, b) => (xs[0] === 0 ? 1 : -1) * ((a ?? 0) - (b ?? 0))));
    expect(xs).toHaveLength(4);
  });
  it('does not turn corners, mix streets, or name the nameless', () => {
    const joined = chains(collection(street(1, 'ก', [[0, 0], [1, 0]]), street(2, 'ก', [[1, 0], [1, 1]]), street(3, 'ข', [[1, 0], [2, 0]]), street(4, '', [[2, 0], [3, 0]])));
    expect(joined.map((one) => one.name_th).sort()).toEqual(['ก', 'ก', 'ข']);
  });
  it('goes straight on at a crossing', () => {
    const joined = chains(collection(street(1, 'ก', [[0, 0], [1, 0]]), street(2, 'ก', [[1, 0], [1.7, 0.7]]), street(3, 'ก', [[1, 0], [2, 0]])));
    expect(joined.find((one) => one.line.length === 3)?.line.some(([x]) => x === 2)).toBe(true);
  });
  it('ends on a ring', () => {
    expect(chains(collection(street(1, 'ก', [[0, 0], [1, 0.2]]), street(2, 'ก', [[1, 0.2], [2, 0]]), street(3, 'ก', [[2, 0], [0, 0]])))).not.toHaveLength(0);
  });
});

it('chooses a round scale', () => {
  expect(scaleBar(1, 120)).toEqual({ metres: 100, pixels: 100 });
  expect(scaleBar(4.6, 120).metres).toBe(500);
  expect(scaleBar(0.2, 120)).toEqual({ metres: 20, pixels: 100 });
});
