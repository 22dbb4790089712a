/** What the operator can do, each with its way back where there is one. */
import { ApiError, get, post, type Asking } from '$lib/api';
import { language } from '$lib/i18n.svelte';
import { me } from '$lib/session.svelte';
import type { Incident, IncidentRow, LonLat, Outcome, Priority } from '$lib/types';
import { act } from './act';
import { clashes } from './clash/clashes.svelte';
import { meanwhile, type Overwriting, type Seen } from './clash/meanwhile';
import { k } from './clash/texts';
import { detail, rowOf } from './detail.svelte';
import { room } from './room.svelte';
import { toasts } from '$lib/toasts.svelte';
import { t } from './words';
import { ui } from './ui.svelte';

const command = (id: string, verb: string, body: unknown = {}, asking?: Asking) => post<Incident>(`/api/incidents/${id}/${verb}`, body, asking);

const TRIES = 5;
/** What the operator has before the eyes: all of the incident where it is open, else its row. */
export const seenOf = (row: IncidentRow): Seen => (detail.incident?.id === row.id ? detail.incident : row);

/**
 * Sends a command that overwrites, with the version that was seen. What others did meanwhile and it does not touch is no
 * hindrance: it is sent again. What it would run over is shown first, and the operator decides. False while that waits.
 */
async function overwrite(verb: Overwriting, seen: Seen, body: object, told: string, then: (answer: Incident) => void): Promise<boolean> {
  let { version } = seen;
  for (let left = TRIES; ; left -= 1) {
    try {
      const answer = await command(seen.id, verb, { ...body, version });
      detail.take(answer);
      clashes.settle(seen.id, verb);
      then(answer);
      return true;
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.code !== 'incident_changed' || left === 0) throw thrown;
      const now = await get<Incident>(`/api/incidents/${seen.id}`);
      detail.take(now);
      const news = now.state === 'closed' ? [] : meanwhile(verb, seen, now, me.session?.name_th ?? '');
      if (news.length) {
        const mine = () => act(`${verb} ${seen.id}`, () => overwrite(verb, now, body, told, then));
        clashes.raise({ incident_id: seen.id, number: seen.number, verb, told, news, mine });
        return false;
      }
      ({ version } = now);
    }
  }
}

export const acknowledge = (row: IncidentRow) =>
  act(`acknowledge ${row.id}`, async () => {
    detail.take(await command(row.id, 'acknowledge'));
    toasts.say(t('did.acknowledged', { n: row.number }));
  });

/** Asks a unit (none named: the best one). Taking the incident comes with it. */
export const offer = (row: IncidentRow, unit_id?: string) =>
  act(`offer ${row.id}`, () =>
    overwrite('offer', seenOf(row), unit_id ? { unit_id } : {}, k('told.offer'), (asked) => {
      const assignment = [...asked.assignments].reverse().find((one) => one.state === 'offered' && (!unit_id || one.unit_id === unit_id));
      toasts.say(t('did.offered', { unit: assignment?.call_sign ?? '' }), assignment ? () => withdrawn(assignment.id) : null);
    }),
  );

async function withdrawn(assignment_id: string): Promise<void> {
  detail.take(await post<Incident>(`/api/assignments/${assignment_id}/withdraw`));
  toasts.say(t('did.withdrawn'));
}
export const withdraw = (assignment_id: string) => act(`withdraw ${assignment_id}`, () => withdrawn(assignment_id));

/** Ends an incident; `seen` is how it stood when the closing began. */
export const close = (seen: Seen, outcome: Outcome, text: string) =>
  act(`close ${seen.id}`, () =>
    overwrite('close', seen, { outcome, text }, k('told.close', { outcome: t(`outcome.${outcome}`) }), () => {
      if (ui.selected?.id === seen.id) ui.closing = false;
      toasts.say(t('did.closed', { n: seen.number, outcome: t(`outcome.${outcome}`) }), () => reopened(seen.id, t('did.undone')));
    }),
  );

async function reopened(id: string, reason: string): Promise<void> {
  detail.take(await command(id, 'reopen', { reason }));
  toasts.say(t('did.reopened'));
}
export const reopen = (id: string, reason: string) => act(`reopen ${id}`, () => reopened(id, reason));

export const note = (id: string, text: string) => act(`note ${id}`, async () => detail.take(await command(id, 'note', { text })));

function prioritised(seen: Seen, priority: Priority, back: Priority | null): Promise<boolean> {
  return overwrite('priority', seen, { priority }, k('told.priority', { priority: t(`priority.${priority}`) }), (answer) => {
    if (back === null) return;
    toasts.say(t('did.priority', { n: seen.number, priority: t(`priority.${priority}`) }), () => prioritised(answer, back, null));
  });
}
export const prioritise = (row: IncidentRow, priority: Priority) => act(`priority ${row.id}`, () => prioritised(seenOf(row), priority, row.priority));

const kindOf = (code: string) => room.codes.find((one) => one.code === code)?.[language.locale] ?? code;
function recoded(seen: Seen, code: string, back: string | null): Promise<boolean> {
  return overwrite('code', seen, { code }, k('told.code', { code: kindOf(code) }), (answer) => {
    if (back !== null) toasts.say(t('did.code'), () => recoded(answer, back, null));
  });
}
export const recode = (row: IncidentRow, code: string) => act(`code ${row.id}`, () => recoded(seenOf(row), code, row.code));

/** Moves the place; `seen` is how the incident stood when the pointing began. */
function placed(seen: Seen, [lon, lat]: LonLat, back: LonLat | null): Promise<boolean> {
  return overwrite('place', seen, { lon, lat }, k('told.place'), (answer) => {
    if (back) toasts.say(t('did.place'), () => placed(answer, back, null));
  });
}
export const place = (seen: Seen, at: LonLat) => act(`place ${seen.id}`, () => placed(seen, at, seen.lon !== null && seen.lat !== null ? [seen.lon, seen.lat] : null));

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
