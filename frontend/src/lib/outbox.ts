/**
 * What a phone has to tell the centre, kept until the centre has it.
 *
 * Every entry has an id made on the phone, sent as `Idempotency-Key`: a repeat after a lost answer does nothing twice.
 * Entries of one lane go strictly in order; lanes do not wait for each other. An entry leaves the shelf only when the
 * centre answered 2xx, when it was refused for good and the reader has seen so, or when it is taken back.
 */
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

export interface Answer {
  status: number;
  body: unknown;
  /** From `Retry-After`. */
  retryAfterS?: number;
}

/** Sends one entry; throws when there is no line. */
export type Post = (entry: Entry) => Promise<Answer>;

/** Where entries survive a reload. */
export interface Shelf {
  all(): Promise<Entry[]>;
  put(entry: Entry): Promise<void>;
  remove(id: string): Promise<void>;
}

export type Verdict = 'sent' | 'later' | 'login' | 'refused';

/** What an HTTP status means for an entry. Only an answer that can never change is a refusal. */
export function judge(status: number): Verdict {
  if (status >= 200 && status < 300) return 'sent';
  if (status === 401) return 'login';
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'later';
  return status >= 400 ? 'refused' : 'later';
}

/** Milliseconds to wait after the `failures`-th failure in a row: 1, 2, 4 … 30 s, with `chance` (0–1) spreading phones apart. */
export function pause(failures: number, chance: number): number {
  const full = Math.min(30_000, 1_000 * 2 ** Math.max(0, failures - 1));
  return Math.round(full * (0.7 + 0.3 * chance));
}

/** Read the centre's own words out of an error answer; a proxy's page has none. */
export function refusalOf(answer: Answer): Refusal {
  const error = (answer.body as { error?: Partial<Refusal> } | null)?.error;
  return { status: answer.status, code: error?.code ?? `http_${answer.status}`, th: error?.th ?? '', en: error?.en ?? '' };
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

/** The best shelf this browser has; `durable` tells whether it outlives the page. */
export async function openShelf(name: string): Promise<{ shelf: Shelf; durable: boolean }> {
  try {
    return { shelf: await indexedShelf(name), durable: true };
  } catch {
    return { shelf: memoryShelf(), durable: false };
  }
}

/** Sends an entry by HTTP with its id as `Idempotency-Key`; gives up on a silent line after `timeoutMs`. */
export function httpPost(timeoutMs = 15_000): Post {
  return async (entry) => {
    const response = await fetch(entry.path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': entry.id, 'X-Unjai': '1' },
      credentials: 'same-origin',
      body: JSON.stringify(entry.body ?? {}),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body: unknown = await response.json().catch(() => null);
    const after = Number(response.headers.get('Retry-After'));
    return { status: response.status, body, ...(after > 0 ? { retryAfterS: after } : {}) };
  };
}

/** A UUID, also on pages without a secure context, where `crypto.randomUUID` is missing. */
export function clientId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export interface OutboxState {
  /** In order of sending; refused ones among them. */
  entries: readonly Entry[];
  /** An entry is on its way at this moment. */
  sending: boolean;
  /** The last attempt found no line, or a centre that could not take it. */
  failing: boolean;
  /** The session has ended: nothing is sent until the reader logs in again. */
  needsLogin: boolean;
}

export interface OutboxOptions {
  shelf: Shelf;
  post: Post;
  now?: () => number;
  chance?: () => number;
  onChange?: (state: OutboxState) => void;
  onSent?: (entry: Entry, answer: Answer) => void;
  onRefused?: (entry: Entry, refusal: Refusal) => void;
  /** Only one page at a time sends; the default uses the Web Locks of the browser where there are any. */
  exclusive?: (work: () => Promise<void>) => Promise<void>;
}

export interface NewEntry {
  lane: string;
  path: string;
  body?: unknown;
  id?: string;
  quiet?: boolean;
}

export class Outbox {
  #entries: Entry[] = [];
  #flying = new Set<string>();
  #failures = 0;
  #notBefore = 0;
  #needsLogin = false;
  #flushing: Promise<void> | null = null;
  #again = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #counter = 0;
  readonly #options: OutboxOptions;
  readonly #now: () => number;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Take up what an earlier page left, and begin to send. */
  async start(): Promise<void> {
    await this.#reload();
    void this.flush();
  }

  get state(): OutboxState {
    return {
      entries: this.#entries,
      sending: this.#flying.size > 0,
      failing: this.#failures > 0,
      needsLogin: this.#needsLogin,
    };
  }

  /** Keep a new entry, then send it. Resolves when it is on the shelf, not when it is sent. */
  async add(fresh: NewEntry): Promise<Entry> {
    const entry: Entry = {
      id: fresh.id ?? clientId(),
      lane: fresh.lane,
      path: fresh.path,
      body: fresh.body ?? {},
      at: this.#now(),
      n: (this.#counter += 1),
      tries: 0,
      ...(fresh.quiet ? { quiet: true } : {}),
    };
    this.#entries = ordered([...this.#entries, entry]);
    this.#tell();
    // The shelf may be full or forbidden: what is in memory is sent all the same.
    await this.#options.shelf.put($plain(entry)).catch(() => undefined);
    void this.flush();
    return entry;
  }

  /** Change the body of an entry that was never tried; tells whether it could. */
  async amend(id: string, body: unknown): Promise<boolean> {
    const entry = this.#entries.find((one) => one.id === id);
    if (!entry || entry.tries > 0 || this.#flying.has(id)) return false;
    const next = { ...entry, body };
    this.#entries = this.#entries.map((one) => (one.id === id ? next : one));
    await this.#options.shelf.put($plain(next)).catch(() => undefined);
    return true;
  }

  /** Drop an entry: the reader took it back, or has read why it was refused. */
  async discard(id: string): Promise<void> {
    this.#entries = this.#entries.filter((one) => one.id !== id);
    await this.#options.shelf.remove(id).catch(() => undefined);
    this.#tell();
  }

  /** Drop everything of a lane that is not on its way. */
  async discardLane(lane: string): Promise<void> {
    for (const entry of this.#entries) {
      if (entry.lane === lane && !this.#flying.has(entry.id)) await this.discard(entry.id);
    }
  }

  /** The line is back, or the reader logged in: try now instead of waiting. */
  kick(): void {
    this.#notBefore = 0;
    this.#needsLogin = false;
    void this.flush();
  }

  /** Send all that can be sent. Calls while one is running are joined to it. */
  flush(): Promise<void> {
    if (this.#flushing) {
      this.#again = true;
      return this.#flushing;
    }
    const exclusive = this.#options.exclusive ?? onePageAtATime;
    this.#flushing = exclusive(() => this.#sendLanes())
      .catch(() => undefined)
      .finally(() => {
        this.#flushing = null;
        if (this.#again) {
          this.#again = false;
          void this.flush();
        } else this.#schedule();
      });
    return this.#flushing;
  }

  /** Stop the timers; the shelf keeps what is left. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#needsLogin = true;
  }

  async #sendLanes(): Promise<void> {
    if (this.#needsLogin || this.#now() < this.#notBefore) return;
    await this.#reload();
    const lanes = new Set(this.#waiting().map((entry) => entry.lane));
    await Promise.all([...lanes].map((lane) => this.#sendLane(lane)));
  }

  async #sendLane(lane: string): Promise<void> {
    for (;;) {
      const entry = this.#waiting().find((one) => one.lane === lane);
      if (!entry || this.#needsLogin || !(await this.#sendOne(entry))) return;
    }
  }

  /** Returns whether the lane may go on. */
  async #sendOne(entry: Entry): Promise<boolean> {
    this.#flying.add(entry.id);
    this.#tell();
    let answer: Answer | null = null;
    try {
      answer = await this.#options.post(entry);
    } catch {
      // No line: judged as "later" below.
    } finally {
      this.#flying.delete(entry.id);
    }
    const verdict = answer ? judge(answer.status) : 'later';
    if (verdict === 'sent' && answer) {
      this.#failures = 0;
      await this.discard(entry.id);
      this.#options.onSent?.(entry, answer);
      return true;
    }
    if (verdict === 'refused' && answer) return this.#refuse(entry, refusalOf(answer));
    await this.#replace({ ...entry, tries: entry.tries + 1 });
    if (verdict === 'login') this.#needsLogin = true;
    else {
      this.#failures += 1;
      const wait = Math.max(pause(this.#failures, (this.#options.chance ?? Math.random)()), (answer?.retryAfterS ?? 0) * 1_000);
      this.#notBefore = this.#now() + wait;
    }
    this.#tell();
    return false;
  }

  async #refuse(entry: Entry, refused: Refusal): Promise<boolean> {
    this.#failures = 0;
    if (entry.quiet) await this.discard(entry.id);
    else await this.#replace({ ...entry, tries: entry.tries + 1, refused });
    this.#options.onRefused?.(entry, refused);
    this.#tell();
    return true;
  }

  async #replace(entry: Entry): Promise<void> {
    // Taken back while it was on its way: it must not come back.
    if (!this.#entries.some((one) => one.id === entry.id)) return;
    this.#entries = this.#entries.map((one) => (one.id === entry.id ? entry : one));
    await this.#options.shelf.put($plain(entry)).catch(() => undefined);
  }

  #waiting(): Entry[] {
    return this.#entries.filter((entry) => !entry.refused);
  }

  /** Another page of the same app may have added or sent something; what only memory knows is kept. */
  async #reload(): Promise<void> {
    const mine = new Map(this.#entries.map((entry) => [entry.id, entry]));
    let kept: Entry[];
    try {
      kept = await this.#options.shelf.all();
    } catch {
      return;
    }
    for (const entry of kept) if (!mine.has(entry.id)) mine.set(entry.id, entry);
    this.#entries = ordered([...mine.values()]);
    this.#counter = Math.max(this.#counter, ...this.#entries.map((entry) => entry.n));
    this.#tell();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#needsLogin || this.#waiting().length === 0) return;
    this.#timer = setTimeout(() => void this.flush(), Math.max(250, this.#notBefore - this.#now()));
  }

  #tell(): void {
    this.#options.onChange?.(this.state);
  }
}

function ordered(entries: Entry[]): Entry[] {
  return entries.sort((a, b) => a.at - b.at || a.n - b.n);
}

/** A copy without proxies, which IndexedDB cannot clone. */
function $plain(entry: Entry): Entry {
  return JSON.parse(JSON.stringify(entry)) as Entry;
}

async function onePageAtATime(work: () => Promise<void>): Promise<void> {
  const locks = (globalThis.navigator as Navigator | undefined)?.locks;
  if (!locks) return work();
  await locks.request('unjai.outbox', { ifAvailable: true }, async (lock) => {
    if (lock) await work();
  });
}
