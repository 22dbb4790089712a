/**
 * Telling the centre: register the key, sign what waits, send it in batches, then the photographs. Nothing leaves the
 * phone before the centre has answered it; whatever is not answered is sent again, and changes nothing the second time.
 */
import { batchOf, ITEMS_MOST } from './batches';
import { keyOf, signAll } from './chain';
import { sendPhotos } from './photos';
import type { Outcome, Store, Stored } from './store';
import type { ItemAnswer, OwnPhone, PhoneKey, Synced, Told, Words } from './types';
import { faultOf, type Answer, type Wire } from './wire';

/** Why it stopped: `held` is that signing on goes first; `stopped` is a key that was revoked, `many` too many phones, `other` another account's session. */
export type Ending = { how: 'done' | 'later' | 'held' | 'login' | 'stopped' | 'many' | 'other'; words?: Words };

export interface Sending {
  store: Store;
  wire: Wire;
  account: string;
  /** What this phone is called in the list of phones. */
  name: string;
  now(): number;
  /** Something must be told first (signing on): then items wait. */
  hold?(): boolean;
  onProgress?(): void;
}

const LATER: Ending = { how: 'later' };
const WAITS = new Set([0, 408, 425, 429]);
const later = (answer: Answer): boolean => WAITS.has(answer.status) || answer.status >= 500;

/** Tell everything that can be told now. */
export async function tellAll(sending: Sending): Promise<Ending> {
  if (sending.hold?.()) return { how: 'held' };
  const items = await tellItems(sending);
  if (items.how === 'login' || items.how === 'other') return items;
  const photos = await sendPhotos(sending.store, sending.wire, sending.onProgress);
  return items.how === 'done' ? { how: photos } : items;
}

async function tellItems(sending: Sending): Promise<Ending> {
  const { store } = sending;
  let most = ITEMS_MOST;
  // A chain that broke begins anew, at most so often in one go.
  for (let chains = 0; chains < 4; ) {
    const open = (await store.waiting()).filter((one) => one.aside === null);
    if (open.length === 0) return { how: 'done' };
    const stopped = await stoppedKey(store);
    if (stopped) return { how: 'stopped' };
    const phone = await registered(sending);
    if ('how' in phone) {
      if (phone.how !== 'later' || !phone.words) return phone;
      chains += 1;
      continue;
    }
    if (!(await signAll(store))) return LATER;
    const batch = batchOf(await store.waiting(), phone.key, most);
    if (batch.length === 0) return { how: 'done' };
    const answer = await sending.wire.post('/api/patrol/visits', {
      phone: phone.id,
      sent_at: sending.now(),
      items: batch.map((one) => ({ body: one.signed?.body, sig: one.signed?.sig })),
    });
    if (answer.status === 401) return { how: 'login' };
    if (later(answer)) return LATER;
    if (answer.status === 404) {
      // The centre knows this phone no more (set up anew, another station): a new key, a new chain.
      await store.retire(phone.key, 'replaced');
      chains += 1;
    } else if (answer.status !== 200) {
      if (batch.length > 1) most = Math.max(1, Math.floor(batch.length / 2));
      else await store.answered(aside(batch, answer));
    } else {
      const stop = await settle(sending, phone, batch, answer.body as Synced);
      if (stop === 'broken') chains += 1;
      else if (stop) return stop;
    }
    sending.onProgress?.();
  }
  return LATER;
}

const aside = (batch: readonly Stored[], answer: Answer): Outcome[] => {
  const { code, th, en } = faultOf(answer);
  return batch.map((one) => ({ n: one.n, aside: { code, th, en } }));
};

async function stoppedKey(store: Store): Promise<PhoneKey | undefined> {
  const phones = await store.phones();
  return phones.some((phone) => phone.dead === '') ? undefined : phones.find((phone) => phone.dead === 'revoked');
}

/** The key of this phone, known to the centre; or why there is none. `later` with words: try again at once. */
async function registered(sending: Sending): Promise<(PhoneKey & { id: string }) | Ending> {
  const { store, wire, account, name } = sending;
  const phone = await keyOf(store);
  if (phone.id !== null) return { ...phone, id: phone.id };
  // Never register this account's key for whoever signed in meanwhile in another page.
  const who = await wire.get('/api/session');
  if (who.status === 401) return { how: 'login' };
  if (who.status !== 200) return LATER;
  if ((who.body as { account_id?: string } | null)?.account_id !== account) return { how: 'other' };
  const answer = await wire.post('/api/patrol/my/phones', { public_key: phone.spki, name });
  if (answer.status === 401) return { how: 'login' };
  if (later(answer)) return LATER;
  const fault = faultOf(answer);
  const words = { code: fault.code, th: fault.th, en: fault.en };
  if (answer.status === 201) {
    const { id } = answer.body as OwnPhone;
    await store.named(phone.key, id);
    return { ...phone, id };
  }
  if (fault.code === 'phone_revoked') {
    await store.retire(phone.key, 'revoked');
    return { how: 'stopped' };
  }
  if (fault.code === 'phone_key_taken') {
    await store.retire(phone.key, 'replaced');
    return { how: 'later', words };
  }
  return { how: 'many', words };
}

/** Take the centre's answers; says how it ended, where it cannot go on. */
async function settle(sending: Sending, phone: PhoneKey, batch: readonly Stored[], said: Synced): Promise<Ending | 'broken' | null> {
  const { store, now } = sending;
  const answers = new Map(said.answers.map((one) => [one.digest, one]));
  const outcomes: Outcome[] = [];
  let ending: Ending | 'broken' | null = null;
  for (const one of batch) {
    const answer = answers.get(one.signed?.digest ?? '');
    if (!answer) continue;
    const words = answer.code ? { code: answer.code, th: answer.th, en: answer.en } : null;
    if (answer.state !== 'refused') outcomes.push({ n: one.n, told: toldOf(one, answer, words, now()) });
    else if (answer.code === 'phone_other_holder') ending = { how: 'other' };
    else if (answer.code === 'phone_revoked') ending = { how: 'stopped' };
    else outcomes.push({ n: one.n, aside: words ?? { code: 'refused', th: '', en: '' } });
    // A second past, or a link that is not believed: whatever followed it would be doubted for ever.
    if (answer.state === 'fork' || (answer.state === 'refused' && ending === null)) ending = 'broken';
  }
  await store.answered(outcomes);
  if (ending === 'broken') await store.retire(phone.key, 'replaced');
  if (ending !== null && ending !== 'broken' && ending.how === 'stopped') await store.retire(phone.key, 'revoked');
  // An answer that answers nothing must not be asked for ever.
  return ending ?? (outcomes.length === 0 ? LATER : null);
}

function toldOf({ deed }: Stored, answer: ItemAnswer, words: Words | null, at: number): Told {
  return {
    id: deed.id,
    kind: deed.kind,
    checkpoint: deed.checkpoint ?? null,
    what: deed.what ?? null,
    at: deed.at,
    left: deed.left ?? null,
    told_at: at,
    state: answer.state === 'waiting' || answer.state === 'fork' ? answer.state : 'accepted',
    score: answer.score,
    visit_state: answer.visit_state,
    late: answer.late,
    late_s: answer.late_s,
    words,
    read: words === null || answer.state === 'accepted' || answer.state === 'repeat',
  };
}

/** The holder has read that the old key was stopped, and still holds the phone: begin a new chain. */
export async function renew(store: Store): Promise<void> {
  for (const phone of await store.phones()) if (phone.dead === 'revoked') await store.retire(phone.key, 'replaced');
}
