import { describe, expect, it } from 'vitest';
import { boxAt, walkOf } from './track';

const PATH = [[-3, 0.1, 0.2, 0.3, 0.6], [-2, 0.2, 0.2, 0.4, 0.6], [-0.2, 0.5, 0.2, 0.7, 0.7]];
const LAST = [0.6, 0.2, 0.8, 0.7];

describe('what a rule found', () => {
  it('is boxed where it was, not where it is no longer known', () => {
    expect(boxAt(-4, PATH, LAST)).toBeNull();
    expect(boxAt(-2.5, PATH, LAST)?.map((edge) => Math.round(edge * 100) / 100)).toEqual([0.15, 0.2, 0.35, 0.6]);
    expect(boxAt(-1.5, PATH, LAST)).toEqual([0.2, 0.2, 0.4, 0.6]);
    expect(boxAt(-0.5, PATH, LAST)).toBeNull();
    expect(boxAt(0.5, PATH, LAST)).toEqual(LAST);
    expect(boxAt(2, PATH, LAST)).toBeNull();
  });
  it('leaves its walk behind', () => {
    expect(walkOf(-1.9, PATH)).toBe('20,60 30,60');
    expect(walkOf(0, [...PATH, [0]])).toBe('20,60 30,60 60,70');
  });
  it('has no box where none was told', () => expect(boxAt(0, [], [])).toBeNull());
});
