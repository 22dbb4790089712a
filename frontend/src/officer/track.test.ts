import { expect, it, describe } from 'vitest';
import type { Entry } from '$lib/shelf';
import type { NewEntry } from '$lib/outbox';
import { fixOf, ownTracks, Track, worthTelling, type Fix } from './track';

const fix = (s: number, east_m = 0, more: Partial<Fix> = {}): Fix => ({ lon: 100.5 + east_m / 108_000, lat: 13.75, accuracy_m: 8, altitude_m: null, heading_deg: null, speed_mps: null, at: 1_795_000_000_000 + s * 1_000, ...more });

it('speaks OwnTracks: km/h, whole seconds, battery in per cent, nothing unknown', () => {
  expect(ownTracks(fix(0.9, 0, { speed_mps: 10, heading_deg: 359.8, altitude_m: 12.4, accuracy_m: 7.6 }), 0.46)).toEqual({ _type: 'location', lat: 13.75, lon: 100.5, acc: 8, tst: 1_795_000_000, alt: 12, vel: 36, cog: 0, batt: 46 });
  expect(Object.keys(ownTracks(fix(0), null))).toEqual(['_type', 'lat', 'lon', 'acc', 'tst']);
});

it('reads what browsers give, where an unknown number may be NaN', () => {
  const found = { timestamp: 5, coords: { longitude: 1, latitude: 2, accuracy: 3, altitude: null, heading: Number.NaN, speed: 0, altitudeAccuracy: null } } as unknown as GeolocationPosition;
  expect(fixOf(found)).toEqual({ lon: 1, lat: 2, accuracy_m: 3, altitude_m: null, heading_deg: null, speed_mps: 0, at: 5 });
});

describe('which fixes are told', () => {
  it.each([
    ['the first', fix(0), null, false, true],
    ['too soon', fix(4, 500), fix(0), false, false],
    ['standing still', fix(10, 2), fix(0), false, false],
    ['standing still, a sign of life', fix(30, 0), fix(0), false, true],
    ['moving', fix(5, 11), fix(0), false, true],
    ['slowly, at ease', fix(5, 6), fix(0), false, false],
    ['slowly, in a hurry', fix(2, 6), fix(0), true, true],
    ['thrown off by a rough fix', fix(20, 300, { accuracy_m: 400 }), fix(0), false, false],
    ['rough, but nothing better for a minute', fix(60, 300, { accuracy_m: 400 }), fix(0), false, true],
  ])('%s', (_name, now, last, hurry, told) => expect(worthTelling(now, last, hurry)).toBe(told));
});

describe('batches', () => {
  const box = () => {
    const added: (NewEntry & { id: string })[] = [];
    let mayAmend = true;
    return {
      added,
      tried: () => (mayAmend = false),
      add: async (entry: NewEntry) => {
        const kept = { ...entry, id: `e${added.length}` };
        added.push(kept);
        mayAmend = true;
        return kept as unknown as Entry;
      },
      amend: async (id: string, body: unknown) => {
        const found = added.find((entry) => entry.id === id);
        if (!found || !mayAmend) return false;
        found.body = body;
        return true;
      },
    };
  };

  it('hands over a list, joins the untried last one, begins anew after a try and after a hundred', async () => {
    const outbox = box();
    const track = new Track(outbox);
    let s = 0;
    const go = async (count: number) => {
      for (let k = 0; k < count; k += 1) track.take(fix((s += 30), s), false, null);
      await track.flush();
    };
    await go(2);
    await go(3);
    expect(outbox.added.map((entry) => (entry.body as unknown[]).length)).toEqual([5]);
    expect(outbox.added[0]).toMatchObject({ path: '/api/officer/position', quiet: true });
    outbox.tried();
    await go(1);
    expect(outbox.added.map((entry) => (entry.body as unknown[]).length)).toEqual([5, 1]);
    for (let k = 0; k < 104; k += 1) await go(1);
    expect(outbox.added.map((entry) => (entry.body as unknown[]).length)).toEqual([5, 100, 5]);
  });

  it('forgets at the end of duty', async () => {
    const outbox = box();
    const track = new Track(outbox);
    track.take(fix(0), false, null);
    track.drop();
    await track.flush();
    expect(outbox.added).toEqual([]);
    expect(track.take(fix(1), false, null)).toBe(true);
  });
});
