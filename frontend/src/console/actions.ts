/** What the operator can do, each with its way back where there is one. */
import { post, type Asking } from '$lib/api';
import type { Incident, IncidentRow, LonLat, Outcome, Priority } from '$lib/types';
import { act } from './act';
import { detail, rowOf } from './detail.svelte';
import { room } from './room.svelte';
import { toasts } from '$lib/toasts.svelte';
import { t } from './words';

const command = (id: string, verb: string, body: unknown = {}, asking?: Asking) => post<Incident>(`/api/incidents/${id}/${verb}`, body, asking);

export const acknowledge = (row: IncidentRow) =>
  act(`acknowledge ${row.id}`, async () => {
    detail.take(await command(row.id, 'acknowledge'));
    toasts.say(t('did.acknowledged', { n: row.number }));
  });

/** Asks a unit (none named: the best one). Taking the incident comes with it. */
export const offer = (row: IncidentRow, unit_id?: string) =>
  act(`offer ${row.id}`, async () => {
    if (row.state === 'new') detail.take(await command(row.id, 'acknowledge'));
    const asked = await command(row.id, 'offer', unit_id ? { unit_id } : {});
    detail.take(asked);
    const assignment = [...asked.assignments].reverse().find((one) => one.state === 'offered' && (!unit_id || one.unit_id === unit_id));
    toasts.say(t('did.offered', { unit: assignment?.call_sign ?? '' }), assignment ? () => withdrawn(assignment.id) : null);
  });

async function withdrawn(assignment_id: string): Promise<void> {
  detail.take(await post<Incident>(`/api/assignments/${assignment_id}/withdraw`));
  toasts.say(t('did.withdrawn'));
}
export const withdraw = (assignment_id: string) => act(`withdraw ${assignment_id}`, () => withdrawn(assignment_id));

export const close = (row: IncidentRow, outcome: Outcome, text: string) =>
  act(`close ${row.id}`, async () => {
    detail.take(await command(row.id, 'close', { outcome, text }));
    toasts.say(t('did.closed', { n: row.number, outcome: t(`outcome.${outcome}`) }), () => reopened(row.id, t('did.undone')));
  });

async function reopened(id: string, reason: string): Promise<void> {
  detail.take(await command(id, 'reopen', { reason }));
  toasts.say(t('did.reopened'));
}
export const reopen = (id: string, reason: string) => act(`reopen ${id}`, () => reopened(id, reason));

export const note = (id: string, text: string) => act(`note ${id}`, async () => detail.take(await command(id, 'note', { text })));

export const prioritise = (row: IncidentRow, priority: Priority) =>
  act(`priority ${row.id}`, async () => {
    const before = row.priority;
    detail.take(await command(row.id, 'priority', { priority }));
    toasts.say(t('did.priority', { n: row.number, priority: t(`priority.${priority}`) }), async () => detail.take(await command(row.id, 'priority', { priority: before })));
  });

export const recode = (row: IncidentRow, code: string) =>
  act(`code ${row.id}`, async () => {
    const before = row.code;
    detail.take(await command(row.id, 'code', { code }));
    toasts.say(t('did.code'), async () => detail.take(await command(row.id, 'code', { code: before })));
  });

export const place = (row: IncidentRow, [lon, lat]: LonLat) =>
  act(`place ${row.id}`, async () => {
    const before = row.lon !== null && row.lat !== null ? { lon: row.lon, lat: row.lat } : null;
    detail.take(await command(row.id, 'place', { lon, lat }));
    toasts.say(t('did.place'), before ? async () => detail.take(await command(row.id, 'place', before)) : null);
  });

export const split = (id: string, report_id: string) =>
  act(`split ${report_id}`, async () => {
    const answer = await command(id, 'split', { report_id });
    // The answer is the new incident; the one that was split is asked again.
    room.put(rowOf(answer));
    toasts.say(t('did.split', { n: answer.number }), async () => detail.take(await post<Incident>(`/api/incidents/${answer.id}/merge`, { into: id })));
    await detail.fetch();
  });

export const merge = (row: IncidentRow, into: IncidentRow) =>
  act(`merge ${row.id}`, async () => {
    room.put(rowOf(await command(row.id, 'merge', { into: into.id })));
    await detail.fetch();
    toasts.say(t('did.merged', { n: row.number, into: into.number }));
  });

export interface Call {
  code: string;
  lon?: number;
  lat?: number;
  place_text?: string;
  caller_name?: string;
  caller_phone?: string;
  text?: string;
  priority?: Priority;
}
/** Writes a call down. `key` is made when the form opens: sending twice makes one incident. Throws ApiError. */
export async function takeCall(call: Call, key: string): Promise<Incident> {
  const incident = await post<Incident>('/api/calls', call, { key });
  room.put(rowOf(incident));
  toasts.say(t('did.called', { n: incident.number }));
  return incident;
}
