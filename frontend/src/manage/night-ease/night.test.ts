import { describe, expect, it } from 'vitest';
import { byClass, minutesOf, narrowed, percents, type Kind, type Work } from './night';

const work = (kind: Kind, state: 'asked' | 'planned' | null): Work =>
  ({ kind, key: `${kind}:${state}`, mark: state ? { state, note: '', by: 'x', at: '2026-11-22T15:00:00Z' } : null }) as unknown as Work;

describe('a night on the page', () => {
  it('draws each street with its class and passes over streets that are gone', () => {
    const line = [[99, 18.8], [99.1, 18.8]] as const;
    const edges = [{ id: 1, of: 'bad' as const, ease: 0, at_most: 0, minutes: 1 }, { id: 2, of: 'good' as const, ease: 1, at_most: 1, minutes: 0 }];
    expect(byClass(edges, new Map([[1, line]]))).toEqual({ good: [], unknown: [], bad: [line] });
  });

  it('tells percents that make a hundred, and none where nobody walks', () => {
    const part = (minutes: number) => ({ minutes, metres: 0 });
    expect(percents({ good: part(1), unknown: part(1), bad: part(1) })).toEqual({ good: 34, unknown: 33, bad: 33 });
    expect(percents({ good: part(0), unknown: part(0), bad: part(7) })).toEqual({ good: 0, unknown: 0, bad: 100 });
    expect(percents({ good: part(0), unknown: part(0), bad: part(0) })).toBeNull();
  });

  it('narrows works by kind and by what was decided', () => {
    const all = [work('lamp', 'asked'), work('lamp', null), work('pole', null)];
    expect(narrowed(all, new Set(), 'all')).toHaveLength(3);
    expect(narrowed(all, new Set<Kind>(['lamp']), 'open')).toEqual([all[1]]);
    expect(narrowed(all, new Set(), 'asked')).toEqual([all[0]]);
    expect(narrowed(all, new Set<Kind>(['pole']), 'planned')).toEqual([]);
  });

  it('writes minutes with Arabic digits, tenths while they are few', () => {
    expect(minutesOf(12.34, 'th')).toBe('12.3');
    expect(minutesOf(1234.5, 'en')).toBe('1,235');
  });
});
