import { expect, it } from 'vitest';
import { boxAt, footsteps } from './track';

const path = [[-2, 0, 0, 0.2, 0.4], [-1, 0.2, 0, 0.4, 0.4], [0, 0.4, 0.2, 0.6, 0.6]];

it('moves the box between the steps', () => {
  expect(boxAt(path, -2)).toEqual([0, 0, 0.2, 0.4]);
  expect(boxAt(path, -1.5)?.map((one) => Number(one.toFixed(3)))).toEqual([0.1, 0, 0.3, 0.4]);
  expect(boxAt(path, 0)).toEqual([0.4, 0.2, 0.6, 0.6]);
});

it('shows none where nothing is known', () => {
  expect(boxAt([], 0)).toBe(null);
  expect(boxAt(path, -5)).toBe(null);
  expect(boxAt(path, 1)).toEqual([0.4, 0.2, 0.6, 0.6]);
  expect(boxAt(path, 3)).toBe(null);
  expect(boxAt([[-9, 0, 0, 1, 1], [0, 0, 0, 1, 1]], -5)).toBe(null);
});

it('draws where the feet went', () => {
  expect(footsteps([[-1, 0, 0, 0.2, 0.4]])).toBe('10,40');
});
