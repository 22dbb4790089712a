/** What is done with the whole case from the console, each with its way back where there is one. */
import { ApiError, ask, asApiError, errorFrom, get, post, query, remove } from '$lib/api';
import { toasts } from '$lib/toasts.svelte';
import type { Incident } from '$lib/types';
import { act } from '../act';
import { detail } from '../detail.svelte';
import { c } from './texts';
import type { Attachment, Gap, Message, PartyShown } from './types';

const at = (id: string, rest: string) => `/api/incidents/${id}/${rest}`;

export const mark = (id: string, key: string, body: { answer?: string; skip?: boolean; reason?: string }) =>
  act(`step ${id} ${key}`, async () => {
    detail.take(await post<Incident>(at(id, `steps/${key}`), body));
    toasts.say(c('did.step'), async () => detail.take(await remove<Incident>(at(id, `steps/${key}`))));
  });
export const unmark = (id: string, key: string) => act(`step ${id} ${key}`, async () => detail.take(await remove<Incident>(at(id, `steps/${key}`))));

export const takeOver = (id: string, number: string, word: string) =>
  act(`overdue ${id}`, async () => {
    detail.take(await post<Incident>(at(id, 'overdue/take'), { word }));
    toasts.say(c('did.taken', { n: number }));
  });
export const gaps = () => get<Gap[]>('/api/procedure-gaps');
export const seen = (id: string) =>
  act(`gap ${id}`, async () => {
    await post<unknown>(`/api/procedure-gaps/${id}/seen`, {});
    toasts.say(c('did.seen'));
  });

export const readParties = (id: string) => get<PartyShown[]>(at(id, 'parties'));
export const addParty = (id: string, body: { kind: string; role: string; facts: Record<string, string> }) =>
  act(`party ${id}`, async () => {
    detail.take(await post<Incident>(at(id, 'parties'), body));
    toasts.say(c('did.party'));
  });
type Told = { role: string; facts: Record<string, string> };
/** Writes a party anew over what was seen of it; `onclash` where somebody else wrote it meanwhile. */
export const changeParty = (id: string, party_id: string, body: Told & { before: Told }, onclash: () => void) =>
  act(`party ${party_id}`, async () => {
    try {
      detail.take(await ask<Incident>('PUT', at(id, `parties/${party_id}`), body));
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.code !== 'party_changed') throw thrown;
      onclash();
      return false;
    }
    toasts.say(c('did.party'));
    return true;
  });
export const removeParty = (id: string, party_id: string) =>
  act(`party ${party_id}`, async () => {
    detail.take(await remove<Incident>(at(id, `parties/${party_id}`)));
    toasts.say(c('did.party.removed'), async () => detail.take(await post<Incident>(at(id, `parties/${party_id}/restore`))));
  });

/** Sends a file as it is; the centre looks at what it really holds. */
export const attach = (id: string, file: File, key: string) =>
  act(`attach ${key}`, async () => {
    const path = at(id, 'attachments') + query({ name: file.name, at: new Date(file.lastModified).toISOString() });
    let answer: Response;
    try {
      answer = await fetch(path, {
        method: 'POST',
        headers: { Accept: 'application/json', 'Content-Type': 'application/octet-stream', 'X-Unjai': '1', 'Idempotency-Key': key },
        credentials: 'same-origin',
        body: file,
      });
    } catch {
      throw asApiError(errorFrom(0, null));
    }
    const body: unknown = await answer.json().catch(() => null);
    if (!answer.ok) throw errorFrom(answer.status, body);
    detail.take(body as Incident);
    toasts.say(c('did.attached', { name: file.name }));
  });
export const removeAttachment = (one: Attachment, reason: string) =>
  act(`attachment ${one.id}`, async () => {
    detail.take(await post<Incident>(`/api/attachments/${one.id}/remove`, { reason }));
    toasts.say(c('did.attachment.removed', { name: one.name }), async () => detail.take(await post<Incident>(`/api/attachments/${one.id}/restore`)));
  });

export const seal = (id: string, note: string) =>
  act(`seal ${id}`, async () => {
    detail.take(await post<Incident>(at(id, 'case-files'), { note }, { timeout_ms: 120_000 }));
    toasts.say(c('did.sealed'));
  });

export const messages = (id: string) => get<Message[]>(at(id, 'messages'));
export const useMessage = (id: string, one: Message, copied: string) =>
  act(`message ${id}`, async () => {
    await navigator.clipboard.writeText(copied);
    detail.take(await post<Incident>(at(id, 'messages'), { key: one.key, text_th: one.text_th, text_en: one.text_en }));
    toasts.say(c('did.copied'));
  });
