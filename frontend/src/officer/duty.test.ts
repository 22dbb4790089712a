import { describe, expect, it } from 'vitest';
import type { Entry } from '$lib/shelf';
import { assignmentPath, backlog, deed, DUTY_PATH, POSITION_PATH, remaining, view } from './duty';
import type { OfficerAssignment, OfficerState, Verb } from './types';

const T0 = Date.parse('2026-11-22T18:00:00Z');
const iso = (seconds: number): string => new Date(T0 + seconds * 1000).toISOString();

const offer: OfficerAssignment = {
  id: 'a1', state: 'offered', offered_at: iso(0), expires_at: iso(40), en_route_at: null, on_scene_at: null, eta_s: 190, road_m: 900, told: [],
  incident: { id: 'i1', number: 42, code: 'SOS', title_th: 'เสา SOS', title_en: 'SOS pole', priority: 1, lon: 100.5, lat: 13.7, place_th: 'ตลาด', place_en: 'Market', opened_at: iso(-10) },
};
const on = (assignment: OfficerAssignment | null): OfficerState => ({
  unit: { id: 'u1', call_sign: 'ช้าง 11', kind: 'car', name_th: 'สายตรวจ 11', name_en: 'Patrol 11' },
  duty: { on: true, since: iso(-3600), shift: null }, assignment, last_closed: null, now: iso(0),
});
let n = 0;
const told = (path: string, body: unknown = {}, more: Partial<Entry> = {}): Entry => ({ id: `e${(n += 1)}`, lane: 'duty', path, body, at: T0, n, tries: 0, ...more });
const did = (verb: Verb, more: Partial<Entry> = {}): Entry => told(assignmentPath('a1', verb), {}, more);

describe('what the officer sees', () => {
  it('is off duty before the centre has been heard', () => expect(view(null, [], T0)).toEqual({ step: 'off', assignment: null, unconfirmed: false, lapsed: false }));
  it('is free on duty with nothing to do', () => expect(view(on(null), [], T0).step).toBe('free'));

  it.each([['offered', 'offered'], ['accepted', 'accepted'], ['en_route', 'en_route'], ['on_scene', 'on_scene'], ['cleared', 'free'], ['refused', 'free'], ['expired', 'free'], ['withdrawn', 'free']])('%s shows as %s', (state, step) =>
    expect(view(on({ ...offer, state }), [], T0).step).toBe(step),
  );

  it('lays what is not sent yet over the centre’s word, in order', () => {
    const steps = (['accept', 'en-route', 'on-scene', 'close'] as Verb[]).map((_, count, verbs) => view(on(offer), verbs.slice(0, count + 1).map((verb) => did(verb)), T0));
    expect(steps.map((one) => one.step)).toEqual(['accepted', 'en_route', 'on_scene', 'free']);
    expect(steps.every((one) => one.unconfirmed)).toBe(true);
  });

  it('forgets a refused deed: the centre’s word stands', () => {
    const refused = { status: 409, code: 'offer_expired', th: '', en: '' };
    expect(view(on(offer), [did('accept', { refused })], T0)).toMatchObject({ step: 'offered', unconfirmed: false });
  });

  it('does not lay a deed over another assignment', () => {
    expect(view(on({ ...offer, id: 'a2' }), [did('accept')], T0)).toMatchObject({ step: 'offered', unconfirmed: false });
  });

  it('signs on and off before the centre knows', () => {
    expect(view(null, [told(DUTY_PATH, { on: true })], T0)).toMatchObject({ step: 'free', unconfirmed: true });
    expect(view(on(null), [told(DUTY_PATH, { on: false })], T0).step).toBe('off');
  });

  it('ends an offer by the centre’s clock, but never one already accepted', () => {
    expect(view(on(offer), [], T0 + 39_999)).toMatchObject({ step: 'offered', lapsed: false });
    expect(view(on(offer), [], T0 + 40_000)).toMatchObject({ step: 'free', lapsed: true, assignment: null });
    expect(view(on(offer), [did('accept')], T0 + 90_000)).toMatchObject({ step: 'accepted', lapsed: false });
    expect(view(on({ ...offer, expires_at: null }), [], T0 + 9e9).step).toBe('offered');
  });
});

it('counts an offer down', () => {
  expect(remaining(offer, T0)).toEqual({ part: 1, seconds: 40 });
  expect(remaining(offer, T0 + 29_500)).toEqual({ part: 10_500 / 40_000, seconds: 11 });
  expect(remaining(offer, T0 + 60_000)).toEqual({ part: 0, seconds: 0 });
  expect(remaining(offer, T0 - 5_000)).toEqual({ part: 1, seconds: 40 });
  expect(remaining({ ...offer, expires_at: null }, T0)).toBeNull();
});

it('reads a deed back from its path', () => {
  expect(deed({ path: assignmentPath('a1', 'on-scene') })).toEqual({ id: 'a1', verb: 'on-scene' });
  expect(deed({ path: DUTY_PATH })).toBeNull();
  expect(deed({ path: '/api/officer/assignments/a1/dance' })).toBeNull();
});

it('counts what waits: deeds and positions apart, refusals listed', () => {
  const refused = did('accept', { refused: { status: 409, code: 'x', th: '', en: '' } });
  const entries = [did('on-scene'), told(DUTY_PATH, { on: false }), told(POSITION_PATH, [1, 2, 3]), refused];
  expect(backlog(entries)).toEqual({ items: 2, fixes: 3, refused: [refused] });
  expect(backlog([])).toEqual({ items: 0, fixes: 0, refused: [] });
});
