import { expect, it } from 'vitest';
import type { Incident, IncidentRow, TimelineEntry } from '$lib/types';
import { meanwhile } from './meanwhile';

const entry = (id: string, kind: string, actor = 'ส.ต.ท.ข'): TimelineEntry => ({ id, kind, actor, actor_kind: 'account', at: '2026-11-21T18:00:00Z', text_th: kind, text_en: kind, facts: {} });
const whole = (changes: Partial<Incident>): Incident =>
  ({ id: 'i', priority: 1, code: 'SOS', lon: 100.5, lat: 7, report_count: 1, units: [], version: 3, timeline: [entry('a', 'opened')], ...changes }) as Incident;
const ids = (found: TimelineEntry[]) => found.map((one) => one.id);
const ME = 'ส.ต.ท.ก';

it('asks nothing when a colleague changed something else', () => {
  const now = whole({ version: 5, code: 'FGT', timeline: [entry('a', 'opened'), entry('b', 'code_set'), entry('c', 'note')] });
  expect(meanwhile('priority', whole({}), now, ME)).toEqual([]);
  expect(meanwhile('place', whole({}), now, ME)).toEqual([]);
  expect(ids(meanwhile('code', whole({}), now, ME))).toEqual(['b']);
});

it('closing over what others wrote, joined or sent is asked about; a unit that finishes is no news', () => {
  const seen = whole({});
  expect(meanwhile('close', seen, whole({ timeline: [...seen.timeline, entry('b', 'cleared')] }), ME)).toEqual([]);
  expect(ids(meanwhile('close', seen, whole({ report_count: 2, timeline: [...seen.timeline, entry('b', 'joined', 'SOS-04')] }), ME))).toEqual(['b']);
  expect(ids(meanwhile('close', seen, whole({ timeline: [...seen.timeline, entry('b', 'note')] }), ME))).toEqual(['b']);
  expect(meanwhile('close', seen, whole({ timeline: [...seen.timeline, entry('b', 'note', ME)] }), ME)).toEqual([]);
});

it('a second unit is asked about once the first one goes, not while it is asked', () => {
  const unit = { unit_id: 'u', call_sign: 'หาดใหญ่ 11' };
  const told = [entry('a', 'opened'), entry('b', 'offered'), entry('c', 'accepted', 'หาดใหญ่ 11')];
  expect(meanwhile('offer', whole({}), whole({ units: [{ ...unit, state: 'offered' }], timeline: told.slice(0, 2) }), ME)).toEqual([]);
  expect(ids(meanwhile('offer', whole({}), whole({ units: [{ ...unit, state: 'accepted' }], timeline: told }), ME))).toEqual(['b', 'c']);
  const seen = whole({ units: [{ ...unit, state: 'accepted' }], timeline: told });
  expect(meanwhile('offer', seen, whole({ units: [{ ...unit, state: 'on_scene' }], timeline: [...told, entry('d', 'on_scene', 'หาดใหญ่ 11')] }), ME)).toEqual([]);
});

it('knows a row alone, and then shows the last step of that kind', () => {
  const { timeline: _timeline, ...row } = whole({});
  const now = whole({ priority: 2, timeline: [entry('a', 'opened'), entry('b', 'priority_set'), entry('c', 'priority_set'), entry('d', 'note')] });
  expect(ids(meanwhile('priority', row as IncidentRow, now, ME))).toEqual(['c']);
  expect(meanwhile('close', row as IncidentRow, whole({ timeline: now.timeline }), ME)).toEqual([]);
});
