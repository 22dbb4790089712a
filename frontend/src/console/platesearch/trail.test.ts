import { describe, expect, it } from 'vitest';
import type { LonLat } from '$lib/types';
import { along, legs, numbersOf, pairs, passes, sorted, whereAt, type Read } from './trail';

const read = (id: string, at: string, camera: string, changed: Partial<Read> = {}): Read => ({
  id, at: `2026-11-22T10:${at}:00Z`, camera, registration: '1กข1234', province: '50', confidence: 0.9, province_confidence: null, plate_width_px: null,
  vehicle_type: null, vehicle_colour: null, plate_colour: null, pictures: [], facts: {}, ...changed,
});
const PLACES = new Map<string, LonLat>([['A', [99, 18]], ['B', [99.01, 18]], ['C', [99.01, 18.01]]]);
const READS = [read('3', '20', 'C'), read('2', '10', 'B', { province: null }), read('x', '05', 'B', { registration: '9กก9' }), read('y', '06', 'C', { province: '10' }), read('1', '00', 'A'), read('n', '07', 'nowhere')];

describe('passes', () => {
  const way = passes(READS, READS[0] as Read, PLACES);
  it('are those of one vehicle, oldest first; a place that was not read does not part it, another place does', () => {
    expect(way.map((one) => [one.n, one.id])).toEqual([[1, '1'], [2, '2'], [3, '3']]);
    expect(passes(READS, null, PLACES)).toEqual([]);
  });
  it('ask for each way once', () => {
    expect(pairs([...way, ...way])).toEqual([['A', 'B'], ['B', 'C'], ['C', 'A']]);
    expect(pairs(way.slice(0, 1))).toEqual([]);
  });
  it('go by streets where they are known, and say where not', () => {
    const steps = legs(way, [{ first: 'A', second: 'B', line: [[99, 18], [99.005, 18.001], [99.01, 18]], road_m: 1200, eta_s: 90 }, { first: 'B', second: 'C', line: [], road_m: null, eta_s: null }]);
    expect(steps.map((one) => [one.streets, one.line.length])).toEqual([[true, 3], [false, 2]]);
  });
});

describe('whereAt', () => {
  const way = passes(READS, READS[0] as Read, PLACES);
  const steps = legs(way, []);
  it('is sure at a camera, a guess between two, and nothing before the first', () => {
    const [first, second] = [way[0]!, way[1]!];
    expect(whereAt(way, steps, first.at - 1)).toBeNull();
    expect(whereAt(way, steps, first.at)).toMatchObject({ place: [99, 18], seen: true });
    const middle = whereAt(way, steps, (first.at + second.at) / 2)!;
    expect(middle.seen).toBe(false);
    expect(middle.place[0]).toBeCloseTo(99.005, 6);
    expect(whereAt(way, steps, way[2]!.at)).toMatchObject({ place: [99.01, 18.01], seen: true });
  });
});

it('walks along a line by its length', () => {
  const line: LonLat[] = [[0, 0], [0, 3], [1, 3]];
  expect(along(line, 0.5)).toEqual([0, 2]);
  expect(along(line, 0)).toEqual([0, 0]);
  expect(along(line, 2)).toEqual([1, 3]);
  expect(along([[5, 5], [5, 5]], 0.5)).toEqual([5, 5]);
});

it('sorts without touching what it was given; unreadable ones come last by plate', () => {
  const some = [read('b', '01', 'B', { registration: null }), read('a', '02', 'A', { confidence: null }), read('c', '00', 'C', { confidence: 0.99 })];
  expect(sorted(some, 'newest').map((one) => one.id)).toEqual(['a', 'b', 'c']);
  expect(sorted(some, 'oldest').map((one) => one.id)).toEqual(['c', 'b', 'a']);
  expect(sorted(some, 'plate').at(-1)?.id).toBe('b');
  expect(sorted(some, 'sure').map((one) => one.id)).toEqual(['c', 'b', 'a']);
  expect(some.map((one) => one.id)).toEqual(['b', 'a', 'c']);
});

it('calls only what follows one another a range', () => {
  expect(numbersOf([2, 6, 10])).toBe('2,6,10');
  expect(numbersOf([2, 3, 4, 5])).toBe('2–5');
  expect(numbersOf([2, 6, 10, 14])).toBe('2…14');
});
