import { describe, expect, it } from 'vitest';
import { ahead, byApproach, knownOf, lampOf, lanesGoing, verdict, type Detail, type JunctionFile, type Live } from './types';

const file = {
  approaches: [{ key: 'N' }, { key: 'E' }],
  links: [
    { signal: 0, from_lane: 'N1', to_lane: 'S', turn: 's' },
    { signal: 1, from_lane: 'E1', to_lane: 'W', turn: 's' },
    { signal: 2, from_lane: 'E2', to_lane: 'W', turn: 's', pedestrian: true },
  ],
  phases: [{ state: 'Grr' }, { state: 'rgG' }],
} as unknown as JunctionFile;
const live = (phase: number | null, colour: string | null) => ({ phase, colour }) as unknown as Live;

describe('a junction', () => {
  it('knows which lanes go', () => {
    expect([...lanesGoing(file, 0)]).toEqual(['N1']);
    expect([...lanesGoing(file, 1)]).toEqual(['E1']);
    expect(lanesGoing(file, null).size).toBe(0);
  });
  it('says a lamp only where it is known', () => {
    expect(lampOf(file, live(0, 'yellow'), 'N1')).toBe('yellow');
    expect(lampOf(file, live(0, 'yellow'), 'E1')).toBe('red');
    expect(lampOf(file, live(null, null), 'E1')).toBeNull();
    expect(lampOf(file, null, 'E1')).toBeNull();
    const cut = (phase_age_s: number | null) => knownOf({ ...live(0, 'green'), phase_age_s });
    expect(lampOf(file, cut(1), 'N1')).toBe('green');
    for (const age of [60, null]) expect(lampOf(file, cut(age), 'N1')).toBeNull();
  });
  it('claims a saving only with the whole interval', () => {
    const of = (low_min: number, high_min: number) => verdict({ changes: 30, saved_min: (low_min + high_min) / 2, low_min, high_min });
    expect([verdict(null), of(1, 3), of(-3, -1), of(-1, 3)]).toEqual(['unsaid', 'saves', 'costs', 'unclear']);
  });
  it('counts by approach, and unknown is not zero', () => {
    const flow = [{ approach: 'N', at: '', car: 2, motorcycle: 3, heavy: 0, counted_s: 60, whole_s: 120 }, { approach: 'N', at: '', car: 1, motorcycle: 0, heavy: 1, counted_s: 60, whole_s: 120 }];
    expect(byApproach({ junction: { file }, flow } as unknown as Detail)).toEqual([
      { key: 'N', car: 3, motorcycle: 3, heavy: 1, share: 0.5 },
      { key: 'E', car: 0, motorcycle: 0, heavy: 0, share: null },
    ]);
  });
  it('goes north and east', () => {
    const found = ahead({ lon: 100, lat: 0 }, 90, 111_195);
    expect(found.lon).toBeCloseTo(101);
    expect(ahead({ lon: 100, lat: 0 }, 0, 111_195).lat).toBeCloseTo(1);
  });
});
