import { describe, expect, it } from 'vitest';
import type { IncidentRow } from '$lib/types';
import { alarms, findAhead, ordered, shiftAt } from './queue';

let n = 0;
const row = (changes: Partial<IncidentRow>): IncidentRow => ({
  id: `i${(n += 1)}`, number: `69-${n}`, code: 'SOS', title_th: '', title_en: '', priority: 2, state: 'new', channel: 'pole', lon: null, lat: null, place_th: '', place_en: '',
  opened_at: '2026-11-21T18:00:00Z', acknowledged_at: null, assigned_at: null, arrived_at: null, closed_at: null, outcome: null, report_count: 1, units: [], unanswered: false, silent: false, overdue: [], merged_into: null, accuracy_m: null, version: 1, ...changes,
});

it('orders by priority, then who waits, then age; closed ones are gone', () => {
  const rows = [
    row({ id: 'late', opened_at: '2026-11-21T18:05:00Z' }),
    row({ id: 'taken', state: 'acknowledged', opened_at: '2026-11-21T17:00:00Z' }),
    row({ id: 'early' }),
    row({ id: 'one', priority: 1, state: 'en_route', opened_at: '2026-11-21T19:00:00Z' }),
    row({ id: 'silent', state: 'acknowledged', unanswered: true, opened_at: '2026-11-21T18:01:00Z' }),
    row({ id: 'closed', state: 'closed', priority: 1 }),
  ];
  expect(ordered(rows).map((one) => one.id)).toEqual(['one', 'early', 'silent', 'late', 'taken']);
});

it('sounds for a waiting P1 only', () => {
  expect(alarms([row({})])).toEqual({ alarm: false, waiting: 1 });
  expect(alarms([row({ priority: 1 }), row({ state: 'on_scene' })])).toEqual({ alarm: true, waiting: 1 });
  expect(alarms([row({ priority: 1, state: 'acknowledged' })])).toEqual({ alarm: false, waiting: 0 });
  expect(alarms([row({ priority: 1, state: 'assigned', unanswered: true })])).toEqual({ alarm: true, waiting: 1 });
});

describe('findAhead', () => {
  const texts = ['สายตรวจ 2-01', 'สายตรวจ 2-02', 'อาสา 4-10', 'Alpha 3-05'];
  it('finds word beginnings, going round', () => {
    expect(findAhead(texts, 'ส', 0)).toBe(1);
    expect(findAhead(texts, 'ส', 1)).toBe(0);
    expect(findAhead(texts, 'อา', 0)).toBe(2);
    expect(findAhead(texts, '3', 0)).toBe(3);
    expect(findAhead(texts, 'AL', 3)).toBe(3);
  });
  it('reads Thai digits and falls back to a part', () => {
    expect(findAhead(texts, '๑๐', 0)).toBe(2);
    expect(findAhead(texts, '-05', 0)).toBe(3);
    expect(findAhead(texts, 'x', 0)).toBe(-1);
    expect(findAhead([], 'x', 0)).toBe(-1);
  });
});

it('knows the shift, over midnight too', () => {
  const shift = (id: string, starts: string, ends: string) => ({ id, name_th: id, name_en: id, starts, ends });
  const shifts = [shift('day', '08:00', '20:00'), shift('night', '20:00', '08:00')];
  expect(shiftAt(shifts, '01:14')?.id).toBe('night');
  expect(shiftAt(shifts, '08:00')?.id).toBe('day');
  expect(shiftAt(shifts, '20:00')?.id).toBe('night');
  expect(shiftAt([], '20:00')).toBeNull();
});
