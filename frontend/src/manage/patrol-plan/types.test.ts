import { describe, expect, it } from 'vitest';
import { given, moved, without, withPlace, type Order } from './types';

const order: Order = [
  { unit: 'a', stops: ['x', 'y', 'z'].map((place, n) => ({ place, task: null, at_s: n * 900, minutes: 12, why: 'risk' as const })) },
  { unit: 'b', stops: [{ place: 'w', task: null, at_s: 0, minutes: 12, why: 'risk' }] },
];
const places = (one: Order) => one[0]?.stops.map((stop) => stop.place);

describe('a round changed by hand', () => {
  it('moves a stop and lets the times between follow', () => {
    const made = moved(order, 'a', 0, 1);
    expect(places(made)).toEqual(['y', 'x', 'z']);
    expect(made[0]?.stops.map((stop) => stop.at_s)).toEqual([null, null, 1800]);
    expect(made[1]).toBe(order[1]);
  });
  it('changes nothing where nothing is moved', () => {
    expect(moved(order, 'a', 1, 1)).toEqual(order);
    expect(moved(order, 'a', 9, 0)).toEqual(order);
  });
  it('gives a stop to another unit where its time comes there', () => {
    const made = given(order, 'a', 1, 'b');
    expect(places(made)).toEqual(['x', 'z']);
    expect(made[1]?.stops.map((stop) => [stop.place, stop.at_s])).toEqual([['w', 0], ['y', null]]);
    expect(given(order, 'a', 0, 'a')).toBe(order);
    expect(given(order, 'a', 9, 'b')).toBe(order);
  });
  it('removes and adds, and leaves what it was given', () => {
    expect(places(without(order, 'a', 1))).toEqual(['x', 'z']);
    expect(places(withPlace(order, 'a', 1, 'new'))).toEqual(['x', 'new', 'y', 'z']);
    expect(places(order)).toEqual(['x', 'y', 'z']);
  });
});
