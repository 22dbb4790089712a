/** Positions that the centre does not have yet: kept on the phone, sent in lists, gone once they are there. */
import { openDB } from 'idb';
import { inTime } from '$lib/shelf';

export interface Fix {
  /** The phone's own count within the walk. */
  no: number;
  lon: number;
  lat: number;
  acc: number;
  /** Seconds since 1970, by the phone's clock. */
  tst: number;
  batt?: number;
}

export interface TrailShelf {
  all(): Promise<Fix[]>;
  put(fix: Fix): Promise<void>;
  /** Drop those up to a number, that one too. */
  drop(no: number): Promise<void>;
}

/** One position in so many milliseconds is enough. */
export const EVERY_MS = 5_000;
/** An hour without a line; older ones say nothing any more. */
const KEPT_MOST = 720;
const LIST_MOST = 300;

export function memoryTrail(): TrailShelf {
  const kept = new Map<number, Fix>();
  return {
    all: async () => [...kept.values()],
    put: async (fix) => void kept.set(fix.no, fix),
    drop: async (no) => [...kept.keys()].filter((one) => one <= no).forEach((one) => kept.delete(one)),
  };
}

/** A shelf of one walk in IndexedDB; where the browser has none it lives as long as the page. */
export async function openTrail(walkId: string): Promise<TrailShelf> {
  try {
    const database = await inTime(openDB('unjai-walk', 1, { upgrade: (fresh) => void fresh.createObjectStore('fixes') }), 1_500);
    const key = (no: number): [string, number] => [walkId, no];
    const range = (to: number) => IDBKeyRange.bound(key(0), key(to));
    return {
      all: () => database.getAll('fixes', range(2_000_000_000)) as Promise<Fix[]>,
      put: async (fix) => void (await database.put('fixes', fix, key(fix.no))),
      drop: async (no) => void (await database.delete('fixes', range(no))),
    };
  } catch {
    return memoryTrail();
  }
}

export class Trail {
  readonly #shelf: TrailShelf;
  #fixes: Fix[] = [];
  #no = 0;
  #lastAt = -Infinity;

  constructor(shelf: TrailShelf) {
    this.#shelf = shelf;
  }

  /** Take up what an earlier page left; numbers go on beyond those that any page has given. */
  async start(lastNo: number): Promise<void> {
    const left = await inTime(this.#shelf.all(), 1_000).catch(() => []);
    this.#fixes = [...left, ...this.#fixes].sort((a, b) => a.no - b.no);
    this.#no = Math.max(this.#no, lastNo, ...this.#fixes.map((fix) => fix.no));
  }

  /** The last number that was given. */
  get no(): number {
    return this.#no;
  }

  get waiting(): number {
    return this.#fixes.length;
  }

  /** Take a position, unless the last one is too fresh. */
  add(fix: Omit<Fix, 'no'>, now: number): boolean {
    if (now - this.#lastAt < EVERY_MS && now >= this.#lastAt) return false;
    this.#lastAt = now;
    const numbered = { no: (this.#no += 1), ...fix };
    this.#fixes.push(numbered);
    void this.#shelf.put(numbered).catch(() => undefined);
    const over = this.#fixes[this.#fixes.length - KEPT_MOST - 1];
    if (over) this.done(over.no);
    return true;
  }

  /** Milliseconds since a position was taken. */
  age(now: number): number {
    return now - this.#lastAt;
  }

  /** The oldest that wait, as many as a list may hold. */
  list(): Fix[] {
    return this.#fixes.slice(0, LIST_MOST);
  }

  /** They are there, up to this number. */
  done(no: number): void {
    this.#fixes = this.#fixes.filter((fix) => fix.no > no);
    void this.#shelf.drop(no).catch(() => undefined);
  }

  /** Forget all. */
  clear(): void {
    this.#fixes = [];
    void this.#shelf.drop(2_000_000_000).catch(() => undefined);
  }
}
