import { describe, expect, it } from 'vitest';
import { blindMinutes, count, placeAt, type Unit } from './types';

const unit = { stops: [{ state: 'done' }, { state: 'late' }, { state: 'missed' }], gaps: [[0, 600], [900, 1200]] } as unknown as Unit;

describe('a driven shift', () => {
  it('counts ends and blind minutes', () => {
    expect(count(unit, 'done')).toBe(1);
    expect(count(unit, 'late', 'early', 'missed')).toBe(2);
    expect(blindMinutes(unit)).toBe(15);
  });
  it('plays again from the first step on', () => {
    expect(placeAt([], 3)).toBeNull();
    expect(placeAt([[10, 1, 1], [20, 2, 2]], 3)).toEqual([10, 1, 1]);
    expect(placeAt([[10, 1, 1], [20, 2, 2]], 25)).toEqual([20, 2, 2]);
  });
});
