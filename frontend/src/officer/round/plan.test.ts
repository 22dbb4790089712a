import { expect, it } from 'vitest';
import { dwellOf, lateText, nextOf, planned, rowsOf, seenOf, type Seen } from './plan';
import type { Mine, Place, Told, Waiting } from './types';

const NOW = Date.parse('2026-11-22T18:00:00Z');
const place = (code: string, north = 0): Place => ({ id: `id-${code}`, code, beat_code: 'B1', name_th: code, name_en: '', kind: 'bank', lon: 99, lat: 16.6 + north / 111_195, radius_m: 40, proofs: ['qr', 'gps'], last_own_at: null });
const visit = (code: string, at: number, more: Partial<Seen> = {}): Seen => ({ id: `${code}${at}`, checkpoint: `id-${code}`, at, waits: true, score: null, state: null, late_s: 0, ...more });
const stop = (code: string | null, min: number, why = 'risk') => ({ place: code, name: { th: code ?? 'พัก', en: code ?? 'Break' }, lon: 99, lat: 16.6, at_s: min * 60, minutes: 12, why, words: { th: 'เสี่ยง', en: 'risk' } });
const mine = (...stops: ReturnType<typeof stop>[]): Mine => ({ plan_id: 'p', from_at: new Date(NOW).toISOString(), to_at: new Date(NOW + 8 * 3_600_000).toISOString(), version: 1, round: { unit: 'u', stops } });
const base = { places: [place('A', 900), place('B', 100), place('C', 400)], mine: null, seen: [] as Seen[], now: NOW, since: NOW - 1000, here: { lon: 99, lat: 16.6 } };

it('lists the nearest unvisited checkpoint first where no round is published', () => {
  const rows = rowsOf({ ...base, seen: [visit('B', NOW)] });
  expect(rows.map((row) => [row.place?.code, row.state])).toEqual([
    ['C', 'next'],
    ['A', 'later'],
    ['B', 'done'],
  ]);
  expect(nextOf(rows)?.place?.code).toBe('C');
});

it('does not count a visit of an earlier duty', () => {
  expect(rowsOf({ ...base, seen: [visit('B', NOW - 3_600_000)] }).every((row) => row.state !== 'done')).toBe(true);
});

it('follows the published round: done, late, missed, next; each visit counts for one stop', () => {
  const plan = mine(stop('A', 0), stop('B', 20), stop(null, 40, 'break'), stop('A', 60), stop('C', 300));
  const at = NOW + 80 * 60_000;
  const rows = rowsOf({ ...base, mine: plan, now: at, seen: [visit('A', NOW + 5 * 60_000)] });
  expect(rows.map((row) => row.state)).toEqual(['done', 'late', 'done', 'late', 'later']);
  expect(nextOf(rows)?.key).toBe('p.1.3');
  const end = rowsOf({ ...base, mine: plan, now: NOW + 200 * 60_000, seen: [] });
  expect(end.map((row) => row.state)).toEqual(['missed', 'missed', 'done', 'missed', 'next']);
});

it('lists places of the plan that are no checkpoints: the position alone tells, and breaks end by themselves', () => {
  const plan = mine(stop('p049', 0), stop('p050', 30), stop(null, 60, 'break'));
  const rows = rowsOf({ ...base, mine: plan, now: NOW + 5 * 60_000, passed: { 'p.1.0': NOW + 60_000 } });
  expect(rows.map((row) => [row.state, row.next, row.spot !== null, row.passed])).toEqual([
    ['done', false, true, NOW + 60_000],
    ['next', true, true, null],
    ['later', false, false, null],
  ]);
  const later = rowsOf({ ...base, mine: plan, now: NOW + 240 * 60_000 });
  expect(later.map((row) => row.state)).toEqual(['missed', 'missed', 'done']);
  expect(nextOf(later)).toBeNull();
});

it('takes a plan of another time for none', () => {
  const plan = mine(stop('A', 0));
  expect(planned(plan, NOW + 9 * 3_600_000)).toBe(false);
  expect(planned(plan, NOW - 3 * 3_600_000)).toBe(false);
  expect(planned(plan, NOW - 3_600_000)).toBe(true);
  expect(planned({ plan_id: null, from_at: null, to_at: null, version: null, round: null }, NOW)).toBe(false);
});

it('knows each visit once, with the centre’s latest word', () => {
  const deed = { kind: 'visit', id: 'v1', at: NOW, boot: '', mono: 0, checkpoint: 'id-A' } as const;
  const waiting: Waiting[] = [{ deed: { ...deed, id: 'v2', at: NOW + 60_000 }, signed: null, aside: null }, { deed: { ...deed, id: 'v3' }, signed: null, aside: { code: 'x', th: '', en: '' } }];
  const told: Told[] = [{ id: 'v1', kind: 'visit', checkpoint: 'id-A', what: null, at: NOW, left: null, told_at: NOW, state: 'accepted', score: 40, visit_state: 'doubted', late: true, late_s: 900, words: null, read: true }];
  const own = [{ id: 's1', checkpoint_id: 'id-A', observed_at: new Date(NOW).toISOString(), score: 75, state: 'proven', late: true, late_s: 900 }] as never;
  expect(seenOf(waiting, told, own).map((one) => [one.id, one.waits, one.score, one.late_s])).toEqual([
    ['v1', false, 75, 900],
    ['v2', true, null, 0],
  ]);
});

it('asks for ten to sixteen minutes', () => {
  expect(dwellOf(NOW, NOW + 60_000, 12)).toEqual({ step: 'short', left_s: 660 });
  expect(dwellOf(NOW, NOW + 600_000, 3).step).toBe('enough');
  expect(dwellOf(NOW, NOW + 961_000, 30).step).toBe('long');
  expect(dwellOf(NOW, NOW - 5_000, 10)).toEqual({ step: 'short', left_s: 600 });
});

it('says how late in words that are read at a glance', () => {
  expect([20, 340, 7_140, 7_200, 11_460].map((late) => lateText(late, 'th'))).toEqual(['1 นาที', '6 นาที', '119 นาที', '2 ชม.', '3 ชม. 11 นาที']);
  expect(lateText(11_460, 'en')).toBe('3 h 11 min');
});
