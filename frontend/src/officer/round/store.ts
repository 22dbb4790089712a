/**
 * What a phone on patrol keeps: its keys, what waits to be told, photographs, the round and the checkpoints. IndexedDB,
 * one database an account, so that whoever signs in next on the same phone neither sees nor sends it.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Photo, PhoneKey, Running, Signed, Told, Waiting, Words } from './types';

interface Kept {
  name: string;
  /** When it was asked for, by the phone's clock, ms. */
  at: number;
  value: unknown;
}

interface Shape extends DBSchema {
  phones: { key: string; value: PhoneKey };
  waiting: { key: number; value: Waiting };
  photos: { key: string; value: Photo };
  told: { key: string; value: Told };
  kept: { key: string; value: Kept };
}

const TOLD_MOST = 200;
const RUNNING = 'running';
export type Stored = Required<Waiting>;

/** What became of items of one sending: told ones leave the queue, the others are put aside. */
export interface Outcome {
  n: number;
  told?: Told;
  aside?: Words;
}

export class Store {
  readonly #db: IDBPDatabase<Shape>;

  private constructor(db: IDBPDatabase<Shape>) {
    this.#db = db;
  }

  /** Open an account's store. Throws where the browser allows none: then nothing may be promised. */
  static async open(account: string): Promise<Store> {
    const db = await openDB<Shape>(`unjai-round-${account}`, 1, {
      upgrade(fresh) {
        fresh.createObjectStore('phones', { keyPath: 'key' });
        fresh.createObjectStore('waiting', { keyPath: 'n', autoIncrement: true });
        fresh.createObjectStore('photos', { keyPath: 'id' });
        fresh.createObjectStore('told', { keyPath: 'id' });
        fresh.createObjectStore('kept', { keyPath: 'name' });
      },
      blocking: (_old, _next, event) => (event.target as IDBDatabase).close(),
    });
    return new Store(db);
  }

  close(): void {
    this.#db.close();
  }

  // ── keys ──

  async phones(): Promise<PhoneKey[]> {
    return this.#db.getAll('phones');
  }

  /** The key that signs now; undefined where one must be made (or was stopped by somebody). */
  async live(): Promise<PhoneKey | undefined> {
    return (await this.phones()).find((phone) => phone.dead === '');
  }

  /** Keep a fresh key unless another page was quicker; returns the one that counts. */
  async begin(fresh: PhoneKey): Promise<PhoneKey> {
    const tx = this.#db.transaction('phones', 'readwrite', { durability: 'strict' });
    const there = (await tx.store.getAll()).find((phone) => phone.dead === '');
    if (!there) await tx.store.put(fresh);
    await tx.done;
    return there ?? fresh;
  }

  async named(key: string, id: string): Promise<void> {
    const tx = this.#db.transaction('phones', 'readwrite');
    const phone = await tx.store.get(key);
    if (phone) await tx.store.put({ ...phone, id });
    await tx.done;
  }

  /** A key signs no more. What it signed and nobody answered is to be signed anew. */
  async retire(key: string, dead: 'revoked' | 'replaced'): Promise<void> {
    const tx = this.#db.transaction(['phones', 'waiting'], 'readwrite');
    const phone = await tx.objectStore('phones').get(key);
    if (phone) await tx.objectStore('phones').put({ ...phone, dead });
    for (const one of await tx.objectStore('waiting').getAll()) {
      if (one.signed?.key === key && one.aside === null) await tx.objectStore('waiting').put({ ...one, signed: null });
    }
    await tx.done;
  }

  /**
   * Give a deed its place in the chain: key and deed change in one transaction, or, where another page took the number
   * meanwhile (`prev` is no longer the last), neither. Signing itself cannot happen inside: IndexedDB ends a
   * transaction that waits for anything else.
   */
  async seal(n: number, prev: string, signed: Signed): Promise<boolean> {
    const tx = this.#db.transaction(['phones', 'waiting'], 'readwrite', { durability: 'strict' });
    const phone = await tx.objectStore('phones').get(signed.key);
    const one = await tx.objectStore('waiting').get(n);
    const good = phone?.dead === '' && phone.prev === prev && one !== undefined && one.signed === null;
    if (good) {
      await tx.objectStore('phones').put({ ...phone, seq: signed.seq, prev: signed.digest });
      await tx.objectStore('waiting').put({ ...one, signed });
    }
    await tx.done;
    return good;
  }

  // ── what waits ──

  async waiting(): Promise<Stored[]> {
    return (await this.#db.getAll('waiting')) as Stored[];
  }

  async add(one: Waiting): Promise<void> {
    const tx = this.#db.transaction('waiting', 'readwrite', { durability: 'strict' });
    await tx.store.add(one);
    await tx.done;
  }

  async answered(outcomes: readonly Outcome[]): Promise<void> {
    const tx = this.#db.transaction(['waiting', 'told'], 'readwrite', { durability: 'strict' });
    for (const { n, told, aside } of outcomes) {
      const one = await tx.objectStore('waiting').get(n);
      if (!one) continue;
      if (told) {
        await tx.objectStore('told').put(told);
        await tx.objectStore('waiting').delete(n);
      } else if (aside) await tx.objectStore('waiting').put({ ...one, aside });
    }
    const all = await tx.objectStore('told').getAll();
    for (const old of all.sort((a, b) => b.at - a.at).slice(TOLD_MOST)) await tx.objectStore('told').delete(old.id);
    await tx.done;
  }

  async drop(n: number): Promise<void> {
    await this.#db.delete('waiting', n);
  }

  async told(): Promise<Told[]> {
    return this.#db.getAll('told');
  }

  async read(id: string): Promise<void> {
    const one = await this.#db.get('told', id);
    if (one) await this.#db.put('told', { ...one, read: true });
  }

  // ── the visit that is going on ──

  async running(): Promise<Running | null> {
    return ((await this.#db.get('kept', RUNNING))?.value as Running | undefined) ?? null;
  }

  /** Begin a visit (`fresh`), or change the one that goes on; false where another page ended or began one meanwhile. */
  async run(running: Running, fresh = false): Promise<boolean> {
    const tx = this.#db.transaction('kept', 'readwrite', { durability: 'strict' });
    const there = (await tx.store.get(RUNNING))?.value as Running | undefined;
    const good = fresh ? there === undefined : there?.id === running.id;
    if (good) await tx.store.put({ name: RUNNING, at: running.at, value: running });
    await tx.done;
    return good;
  }

  /** The visit ends: its deed is queued in the same step, once, whichever page says so first. */
  async leave(id: string, one: Waiting): Promise<boolean> {
    const tx = this.#db.transaction(['kept', 'waiting', 'photos'], 'readwrite', { durability: 'strict' });
    const running = (await tx.objectStore('kept').get(RUNNING))?.value as Running | undefined;
    const good = running?.id === id;
    if (good) {
      await tx.objectStore('kept').delete(RUNNING);
      await tx.objectStore('waiting').add(one);
      for (const key of running.photos) {
        const photo = await tx.objectStore('photos').get(key);
        if (photo?.state === 'draft') await tx.objectStore('photos').put({ ...photo, state: 'waiting' });
      }
    }
    await tx.done;
    return good;
  }

  async abandon(): Promise<void> {
    const running = await this.running();
    const tx = this.#db.transaction(['kept', 'photos'], 'readwrite');
    await tx.objectStore('kept').delete(RUNNING);
    for (const id of running?.photos ?? []) await tx.objectStore('photos').delete(id);
    await tx.done;
  }

  // ── photographs ──

  async photos(): Promise<Photo[]> {
    return this.#db.getAll('photos');
  }

  async photo(photo: Photo): Promise<void> {
    await this.#db.put('photos', photo);
  }

  async dropPhoto(id: string): Promise<void> {
    await this.#db.delete('photos', id);
  }

  // ── what is kept for when there is no line ──

  async keep(name: string, value: unknown, at: number): Promise<void> {
    await this.#db.put('kept', { name, at, value });
  }

  async kept<T>(name: string): Promise<{ at: number; value: T } | null> {
    const found = await this.#db.get('kept', name);
    return found ? { at: found.at, value: found.value as T } : null;
  }
}
