import { describe, expect, it } from 'vitest';
import { advice, alertOf, grown, type Alerted } from './walk';

type Timeline = Parameters<typeof alertOf>[0];
const step = (kind: string, facts: Record<string, unknown> = {}) => ({ id: kind, at: '2026-11-22T15:00:00Z', actor: '', actor_kind: 'system', kind, text_th: '', text_en: '', facts }) as Timeline[number];
const alerted = (why: string) => step('escort_alerted', { walk_id: 'w1', alert: why, ahead: [{ device_id: 'c1', name_th: 'ก', name_en: 'a', metres: 40 }, 'x'], behind: null, battery: 20, seen_at: null, unit_th: 'เวียง 21' });

describe('a watched walk at the desk', () => {
  it('is none of any other incident, nor of an alert it cannot read', () => {
    expect(alertOf([step('created'), step('note')])).toBeNull();
    expect(alertOf([alerted('something new')])).toBeNull();
    expect(alertOf([])).toBeNull();
  });

  it('tells why, the cameras that are named, and what was heard since the newest alert', () => {
    const found = alertOf([alerted('lost'), step('escort_back'), alerted('duress'), step('note'), step('escort_reassured')]);
    expect(found?.why).toBe('duress');
    expect(found?.ahead.map((one) => one.device_id)).toEqual(['c1']);
    expect(found?.behind).toEqual([]);
    expect(found?.seen_at).toBeNull();
    expect(found?.since.map((one) => one.kind)).toEqual(['escort_reassured']);
  });

  it('never advises to ring under duress, and always something', () => {
    for (const why of ['strayed', 'stopped', 'late', 'battery', 'lost'] as const) expect(advice(why).length).toBeGreaterThan(1);
    expect(advice('duress').every((one) => one.startsWith('do.duress'))).toBe(true);
  });

  it('lets the trail grow by what comes, without doubling a place', () => {
    const row = { position: { lon: 99.1, lat: 18.8, accuracy_m: 8, at: '' } } as Alerted;
    const once = grown({ way: [], trail: [[99, 18.8]], last: [99, 18.8] }, row);
    expect(once.trail).toEqual([[99, 18.8], [99.1, 18.8]]);
    expect(grown(once, row)).toBe(once);
    expect(grown(once, undefined)).toBe(once);
  });
});
