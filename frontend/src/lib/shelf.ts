/** Where what a phone has to tell survives a reload. */
import { openDB } from 'idb';

/** Why the centre will never take an entry: its own words, for the reader. */
export interface Refusal {
  status: number;
  code: string;
  th: string;
  en: string;
}

export interface Entry {
  /** Made on the phone; the `Idempotency-Key`. */
  id: string;
  /** Entries of one lane go strictly in order. */
  lane: string;
  path: string;
  body: unknown;
  /** Milliseconds since 1970 by the phone's clock. */
  at: number;
  /** Orders entries of the same millisecond. */
  n: number;
  tries: number;
  /** A quiet entry (a position) is dropped when refused; the others wait until the reader has seen the refusal. */
  quiet?: boolean;
  refused?: Refusal;
}

export interface Shelf {
  all(): Promise<Entry[]>;
  put(entry: Entry): Promise<void>;
  remove(id: string): Promise<void>;
}

/** A shelf that lives as long as the page; used when the browser forbids storage. */
export function memoryShelf(): Shelf {
  const kept = new Map<string, Entry>();
  return {
    all: async () => [...kept.values()].map((entry) => structuredClone(entry)),
    put: async (entry) => void kept.set(entry.id, structuredClone(entry)),
    remove: async (id) => void kept.delete(id),
  };
}

/** A shelf in IndexedDB. Throws where the browser has none (some private windows). */
export async function indexedShelf(name: string): Promise<Shelf> {
  const database = await openDB(name, 1, {
    upgrade: (fresh) => void fresh.createObjectStore('entries', { keyPath: 'id' }),
  });
  return {
    all: () => database.getAll('entries') as Promise<Entry[]>,
    put: async (entry) => void (await database.put('entries', entry)),
    remove: (id) => database.delete('entries', id),
  };
}

/**
 * The best shelf this browser has; `durable` tells whether it outlives the page. A database that does not open in time
 * (another page holds it, the phone's storage hangs) must not hold up a call for help.
 */
export async function openShelf(name: string, patience_ms = 1_500): Promise<{ shelf: Shelf; durable: boolean }> {
  try {
    return { shelf: await inTime(indexedShelf(name), patience_ms), durable: true };
  } catch {
    return { shelf: memoryShelf(), durable: false };
  }
}

/** The work's result, or a rejection after `patience_ms`. */
export async function inTime<T>(work: Promise<T>, patience_ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await Promise.race([
      work,
      new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error('too slow')), patience_ms);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
