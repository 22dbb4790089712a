import { describe, expect, it } from 'vitest';
import { busiest, cellAt, hourSteps, inSlot, ranked, ringOf, small, stepAt, type Cell } from './risk';

const cell = (n: number, more: Partial<Cell> = {}): Cell => ({ lon: 99 + n * 0.001, lat: 16, earlier: n, expected: n, low: 0, high: 2 * n, maps: [0, 0, 0, 0], hours: Array.from({ length: 84 }, (_, slot) => (slot === n ? 5000 : 60)), ...more });
const cells = Array.from({ length: 50 }, (_, n) => cell(50 - n));

describe('the surface', () => {
  it('ranks cells by share of area and leaves out what is nothing', () => {
    const steps = ranked(cells, 'ours', 50);
    expect(steps.slice(0, 11)).toEqual([3, 2, 2, 1, 1, 0, 0, 0, 0, 0, -1]);
    expect(new Set(ranked(cells, 'kde', 50))).toEqual(new Set([-1]));
  });
  it('has one scale for all hours', () => {
    const steps = hourSteps(cells);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(stepAt(inSlot(cells[0] as Cell, 50), steps)).toBe(3);
    expect(stepAt(0, [0, 0, 0, 0])).toBe(-1);
  });
  it('finds the cell under a point', () => {
    expect(cellAt(cells, [99.0401, 16.0004], 0.001, 0.001)).toBe(10);
    expect(cellAt(cells, [98, 16], 0.001, 0.001)).toBe(-1);
    expect(ringOf(cell(0), 0.002, 0.004)[0]).toEqual([98.999, 15.998]);
  });
  it('tells hours and small numbers', () => {
    expect(busiest(cell(7), 3)).toEqual([0, 1, 7]);
    expect([12.4, 3.44, 0.123, 0.0123, 0.001, 0].map(small)).toEqual(['12', '3.4', '0.12', '0.012', '<0.01', '0']);
  });
});
