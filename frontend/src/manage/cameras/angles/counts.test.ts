import { expect, it } from 'vitest';
import { bars, cell, columns, sides, type Counts } from './counts';

const counts = {
  looked: [{ counter_id: 'gate', minutes: [60, 3, 0] }, { counter_id: 'yard', minutes: [0, 60, 60] }],
  series: [
    { counter_id: 'gate', kind: 'car', way: 'right', values: [4, 0, null], mean: [] },
    { counter_id: 'gate', kind: 'person', way: 'right', values: [1, 0, null], mean: [] },
    { counter_id: 'gate', kind: 'person', way: 'left', values: [2, 1, null], mean: [] },
    { counter_id: 'gate', kind: 'truck', way: 'right', values: [1, 0, null], mean: [] },
  ],
} as unknown as Counts;

it('takes unknown for unknown and nothing for zero', () => {
  expect(bars(counts, 'gate', 'people', true)).toEqual([{ up: 1, down: 2, looked: 60 }, { up: 0, down: 1, looked: 3 }, { up: null, down: null, looked: 0 }]);
  expect(bars(counts, 'gate', 'vehicles', true).map((one) => one.up)).toEqual([5, 0, null]);
  expect(bars(counts, 'yard', 'people', false)).toEqual([{ up: null, down: null, looked: 0 }, { up: 0, down: null, looked: 60 }, { up: 0, down: null, looked: 60 }]);
  expect(bars(counts, 'nobody', 'people', true)).toEqual([]);
  expect(cell(counts, 'gate', { kind: 'dog', way: 'left' }, 0)).toBe(0);
  expect(cell(counts, 'gate', { kind: 'person', way: 'left' }, 2)).toBe(null);
});

it('puts people first', () => {
  expect(columns(counts, 'gate')).toEqual([{ kind: 'person', way: 'left' }, { kind: 'person', way: 'right' }, { kind: 'car', way: 'right' }, { kind: 'truck', way: 'right' }]);
});

it('knows the sides as the analysis does: right is below a line drawn to the right', () => {
  const { left, right } = sides([[0.2, 0.5], [0.8, 0.5]]);
  expect(right[1]).toBeGreaterThan(left[1]);
  const down = sides([[0.5, 0.2], [0.5, 0.8]]);
  expect(down.left[0]).toBeGreaterThan(down.right[0]);
});
