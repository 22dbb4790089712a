import { describe, expect, it } from 'vitest';
import type { LonLat } from '$lib/types';
import { areaOf, closed, crossing, inserted, inside, km2Text, middles, moved, opened, parsePosition, parsePositions, removed, square } from './shapes';

const HAT_YAI: LonLat[] = [[100.46587, 7.001899], [100.47163, 7.001899], [100.472073, 7.005], [100.47163, 7.008101], [100.46587, 7.008101], [100.465427, 7.005]];
const CHANG_PHUEAK: LonLat[] = [[98.981051, 18.797585], [98.993499, 18.797585], [98.995158, 18.801984], [98.993748, 18.806963], [98.989764, 18.810697], [98.9852, 18.810697], [98.981881, 18.804888]];
const LARGE: LonLat[] = [[99.0, 19.0], [99.09, 19.02], [99.08, 19.1], [98.98, 19.07]];

describe('areas', () => {
  // pyproj.Geod(ellps="WGS84").polygon_area_perimeter of the same rings.
  it.each([[HAT_YAI, 470101.2435688], [CHANG_PHUEAK, 1722436.2262689], [LARGE, 87389192.0971]] as [LonLat[], number][])('are those of the ellipsoid (%#)', (ring, geodesic) => {
    expect(Math.abs(areaOf(ring) - geodesic) / geodesic).toBeLessThan(2e-5);
    expect(areaOf([...ring].reverse())).toBeCloseTo(areaOf(ring), 1);
  });
  it('are nothing for less than a triangle', () => expect(areaOf(HAT_YAI.slice(0, 2))).toBe(0));
  it('of a drawn square are its side squared', () => expect(areaOf(square([100.47, 7.005], 400)) / 160_000).toBeCloseTo(1, 3));
});

describe('rings', () => {
  it('know where they cross themselves', () => {
    expect(crossing(HAT_YAI)).toBeNull();
    const at = crossing([[100, 7], [100.02, 7.02], [100.02, 7], [100, 7.02]]);
    expect(at?.[0]).toBeCloseTo(100.01, 6);
    expect(at?.[1]).toBeCloseTo(7.01, 6);
  });
  it('close and open again', () => {
    expect(opened(closed(HAT_YAI))).toEqual(HAT_YAI);
    expect(closed(HAT_YAI)).toHaveLength(7);
    expect(closed([])).toEqual([]);
  });
  it('take corners in and out, but keep three', () => {
    const middle = middles(HAT_YAI)[0] as LonLat;
    const more = inserted(HAT_YAI, 0, middle);
    expect(more).toHaveLength(7);
    expect(areaOf(more)).toBeCloseTo(areaOf(HAT_YAI), 0);
    expect(removed(more, 1)).toEqual(HAT_YAI);
    expect(removed(HAT_YAI.slice(0, 3), 0)).toHaveLength(3);
    expect(moved(HAT_YAI, 2, [100.5, 7.1])[2]).toEqual([100.5, 7.1]);
  });
  it('know what lies inside', () => {
    expect(inside([100.469, 7.005], HAT_YAI)).toBe(true);
    expect(inside([100.48, 7.005], HAT_YAI)).toBe(false);
  });
});

describe('positions as people type them', () => {
  it.each([
    ['7.0050, 100.4685', [100.4685, 7.005]],
    ['100.4685 7.0050', [100.4685, 7.005]],
    ['๗.๐๐๕, ๑๐๐.๔๖๘๕', [100.4685, 7.005]],
    ['N 7.005 E 100.4685', [100.4685, 7.005]],
    ['7°00\'18" N 100°28\'06.6" E', [100.4685, 7.005]],
  ] as [string, LonLat][])('%s', (text, at) => expect(parsePosition(text)).toEqual(at));
  it.each(['', 'หาดใหญ่', '7.005', '7.005, 7.006', '95, 200', '1 2 3'])('not %s', (text) => expect(parsePosition(text)).toBeNull());
  it('many, one a line', () => {
    expect(parsePositions('7.0, 100.4\n\n 7.1, 100.5 ')).toEqual([[100.4, 7], [100.5, 7.1]]);
    expect(parsePositions('7.0, 100.4\nx')).toBeNull();
  });
});

it('square kilometres keep the digits that count, as the centre writes them', () => {
  expect([478_000, 1_720_000, 12_345_678, 900, 0].map(km2Text)).toEqual(['0.478', '1.72', '12.3', '0.000900', '0']);
});
