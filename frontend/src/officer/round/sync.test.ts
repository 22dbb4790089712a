// @vitest-environment node
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { batchOf, weight } from './batches';
import { keyOf, signAll } from './chain';
import { FakeCentre } from './fakes';
import { keepPhoto, PART_BYTES, SIZE_MOST } from './photos';
import { Store } from './store';
import { renew, tellAll } from './sync';
import type { Deed, Waiting } from './types';

// Real keys and signatures: on a loaded machine five hundred take their time.
vi.setConfig({ testTimeout: 60_000 });

let store: Store;
let centre: FakeCentre;
let account: string;
let at = 1_795_371_249_000;

const deed = (more: Partial<Deed> = {}): Deed => ({ kind: 'visit', id: crypto.randomUUID(), at: (at += 1000), boot: 'b', mono: 1, checkpoint: crypto.randomUUID(), ...more });
const fresh = (more: Partial<Deed> = {}): Waiting => ({ deed: deed(more), signed: null, aside: null });
const tell = (own = store, more: object = {}) => tellAll({ store: own, wire: centre, account, name: 'เครื่องทดสอบ', now: () => at, ...more });
const taken = (): number[] => [...centre.deeds.values()];

beforeEach(async () => {
  account = crypto.randomUUID();
  store = await Store.open(account);
  centre = new FakeCentre();
  centre.account = account;
});
afterEach(() => store.close());

it('keeps everything without a line, and tells it once, in order, when there is one', async () => {
  centre.up = false;
  for (let n = 0; n < 12; n += 1) await store.add(fresh());
  expect(await tell()).toEqual({ how: 'later' });
  expect((await store.waiting()).length).toBe(12);
  centre.up = true;
  expect(await tell()).toEqual({ how: 'done' });
  expect(await store.waiting()).toEqual([]);
  expect(taken()).toEqual(Array(12).fill(1));
  expect(centre.phones[0]?.head.seq).toBe(12);
  expect((await store.told()).length).toBe(12);
});

it('tells the same again after a lost answer, and nothing counts twice', async () => {
  for (let n = 0; n < 3; n += 1) await store.add(fresh());
  await tell();
  await store.add(fresh());
  centre.deaf = true;
  expect((await tell()).how).toBe('later');
  expect((await store.waiting()).length).toBe(1);
  centre.deaf = false;
  await Promise.all([tell(), tell()]);
  expect(taken()).toEqual([1, 1, 1, 1]);
  expect(await store.waiting()).toEqual([]);
});

it('gives no number twice when two pages write at once', async () => {
  const other = await Store.open(account);
  await tell();
  await store.add(fresh());
  await tell();
  await Promise.all([...Array(20)].map((_, n) => (n % 2 ? store : other).add(fresh())));
  await Promise.all([signAll(store), signAll(other), signAll(store)]);
  const seqs = (await store.waiting()).map((one) => one.signed?.seq).sort((a, b) => (a ?? 0) - (b ?? 0));
  expect(seqs).toEqual([...Array(20)].map((_, n) => n + 2));
  await Promise.all([tell(store), tell(other)]);
  expect(taken()).toEqual(Array(21).fill(1));
  expect(centre.phones.length).toBe(1);
  other.close();
});

it('makes one key when two pages begin at once, and its private half cannot be read', async () => {
  const other = await Store.open(account);
  const [one, two] = await Promise.all([keyOf(store), keyOf(other)]);
  expect(one.key).toBe(two.key);
  expect(one.pair.extractable).toBe(false);
  other.close();
});

it('sends five hundred at once and more in the next, and halves what is too much', async () => {
  for (let n = 0; n < 501; n += 1) await store.add(fresh({ kind: 'finding', what: 'other', text: 'ก' }));
  await tell();
  expect(centre.batches).toEqual([500, 1]);
  centre.batches = [];
  centre.most = 3_000;
  for (let n = 0; n < 20; n += 1) await store.add(fresh());
  expect((await tell()).how).toBe('done');
  expect(Math.max(...centre.batches)).toBeLessThan(10);
  expect(taken()).toEqual(Array(521).fill(1));
});

it('puts aside with its words what alone is too much, and tells the rest', async () => {
  const long = fresh({ kind: 'finding', what: 'other', text: 'ก'.repeat(1000) });
  await store.add(fresh());
  await store.add(long);
  await store.add(fresh());
  centre.most = 1_500;
  expect((await tell()).how).toBe('done');
  const [left] = await store.waiting();
  expect([left?.deed.id, left?.aside?.code]).toEqual([long.deed.id, 'body_too_large']);
  expect(centre.deeds.size).toBe(1);
});

it('keeps a refused item aside with the words, and begins a new chain so that nothing after it is doubted', async () => {
  const bad = fresh();
  centre.refuse.set(bad.deed.id, 'item_unreadable');
  await store.add(fresh());
  await store.add(bad);
  await store.add(fresh());
  expect((await tell()).how).toBe('done');
  await store.add(fresh());
  await tell();
  const [left] = await store.waiting();
  expect(left?.aside?.th).toBe('ไทย item_unreadable');
  expect(centre.phones.map((phone) => phone.head.seq)).toEqual([1, 1]);
  const told = await store.told();
  expect(told.filter((one) => one.state === 'waiting' && !one.read).length).toBe(1);
});

it('holds what a stopped phone had not told, until its holder goes on with a new key', async () => {
  await store.add(fresh());
  await tell();
  for (let n = 0; n < 3; n += 1) await store.add(fresh());
  centre.revokeAll();
  expect((await tell()).how).toBe('stopped');
  expect((await tell()).how).toBe('stopped');
  expect((await store.waiting()).length).toBe(3);
  await renew(store);
  expect((await tell()).how).toBe('done');
  expect(taken()).toEqual([1, 1, 1, 1]);
  expect(centre.phones.map((phone) => phone.head.seq)).toEqual([1, 3]);
});

it('leaves a copied chain behind: the second past is told, what follows goes by a new key', async () => {
  await store.add(fresh());
  await tell();
  const [phone] = centre.phones;
  if (phone) phone.head = { seq: 9, digest: 'f'.repeat(64) };
  await store.add(fresh());
  await tell();
  expect((await store.told()).filter((one) => one.state === 'fork').map((one) => [one.read, one.words?.code])).toEqual([[false, 'chain_fork']]);
  await store.add(fresh());
  await tell();
  expect(centre.phones.map((one) => one.head.seq)).toEqual([9, 1]);
});

it('begins anew where the centre knows the phone no more', async () => {
  await store.add(fresh());
  await tell();
  centre.phones = [];
  await store.add(fresh());
  expect((await tell()).how).toBe('done');
  expect(taken()).toEqual([1, 1]);
});

it("never gives one's key to another account, nor shows it what waits", async () => {
  await store.add(fresh());
  centre.account = 'somebody else';
  expect((await tell()).how).toBe('other');
  expect(centre.phones).toEqual([]);
  const theirs = await Store.open('somebody else');
  expect(await theirs.waiting()).toEqual([]);
  theirs.close();
});

it('waits while signing on has not been told', async () => {
  await store.add(fresh());
  expect((await tell(store, { hold: () => true })).how).toBe('held');
  expect(centre.batches).toEqual([]);
});

it('queues a visit once, whichever of two pages says it left', async () => {
  const place = { id: crypto.randomUUID() } as never;
  const running = { id: 'v', place, at, boot: '', mono: 0, duty: null, lon: null, lat: null, acc: null, mock: false, code: '', nfc: '', photos: [], minutes: 12 };
  await store.run(running, true);
  expect(await store.run({ ...running, id: 'another' }, true)).toBe(false);
  const other = await Store.open(account);
  const done = await Promise.all([store.leave('v', fresh({ id: 'v' })), other.leave('v', fresh({ id: 'v' }))]);
  expect(done.sort()).toEqual([false, true]);
  expect((await store.waiting()).length).toBe(1);
  expect(await store.run(running)).toBe(false);
  expect(await store.running()).toBeNull();
  other.close();
});

it('goes on with a photograph where the line broke, and lets its bytes go when the centre has it', async () => {
  const body = new Blob([new Uint8Array(PART_BYTES * 2 + 7).map((_, n) => n % 251)]);
  const id = crypto.randomUUID();
  await keepPhoto(store, id, body, 'waiting');
  await store.add(fresh({ kind: 'finding', what: 'light_out', photos: [id] }));
  centre.partsLeft = 1;
  expect((await tell()).how).toBe('later');
  expect(taken()).toEqual([1]);
  expect(centre.photos.get(id)?.have.length).toBe(PART_BYTES);
  centre.partsLeft = Infinity;
  expect((await tell()).how).toBe('done');
  expect([centre.parts, centre.photos.get(id)?.have.length]).toEqual([3, PART_BYTES * 2 + 7]);
  expect((await store.photos()).map((one) => [one.state, one.bytes])).toEqual([['sent', null]]);
});

it('says clearly what photograph is too large, and its finding goes all the same', async () => {
  const big = { size: SIZE_MOST + 1, type: 'image/heic', arrayBuffer: () => Promise.reject(new Error('never read')) } as unknown as Blob;
  const id = crypto.randomUUID();
  const photo = await keepPhoto(store, id, big, 'waiting');
  expect([photo.state, photo.words?.code]).toEqual(['refused', 'photo_too_large']);
  await store.add(fresh({ kind: 'finding', what: 'gathering', photos: [id] }));
  expect((await tell()).how).toBe('done');
  expect(taken()).toEqual([1]);
  expect(centre.photos.size).toBe(0);
});

it('counts bytes as they are sent when it parts what waits', async () => {
  await store.add(fresh());
  await tell();
  for (let n = 0; n < 30; n += 1) await store.add(fresh({ kind: 'finding', what: 'other', text: '"ก'.repeat(500) }));
  await signAll(store);
  const phone = await keyOf(store);
  const all = await store.waiting();
  const batch = batchOf(all, phone.key, 500, 20_000);
  expect(batch.length).toBeGreaterThan(1);
  expect(batch.reduce((sum, one) => sum + weight(one), 0)).toBeLessThanOrEqual(20_000);
  expect(batchOf(all, phone.key, 500, 1).length).toBe(1);
  expect(batchOf(all, 'another', 500)).toEqual([]);
});
