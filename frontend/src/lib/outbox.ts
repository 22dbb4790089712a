/**
 * What a phone has to tell the centre, kept until the centre has it.
 *
 * Every entry has an id made on the phone, sent as `Idempotency-Key`: a repeat after a lost answer does nothing twice.
 * Entries of one lane go strictly in order; lanes do not wait for each other. An entry leaves the shelf only when the
 * centre answered 2xx, when it was refused for good and the reader has seen so, or when it is taken back.
 * Two open pages share a shelf and may send the same entry twice; the key makes that harmless, and no page that the
 * phone has frozen can hold up a call for help.
 */
import { inTime, type Entry, type Refusal, type Shelf } from './shelf';

export { indexedShelf, memoryShelf, openShelf, type Entry, type Refusal, type Shelf } from './shelf';

export interface Answer {
  status: number;
  body: unknown;
  /** From `Retry-After`. */
  retryAfterS?: number;
}

/** Sends one entry; throws when there is no line. */
export type Post = (entry: Entry) => Promise<Answer>;

export type Verdict = 'sent' | 'later' | 'login' | 'refused';

/** What an HTTP status means for an entry. Only an answer that can never change is a refusal. */
export function judge(status: number): Verdict {
  if (status >= 200 && status < 300) return 'sent';
  if (status === 401) return 'login';
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'later';
  return status >= 400 ? 'refused' : 'later';
}

/** Milliseconds to wait after the `failures`-th failure in a row: 1, 2, 4 … s up to `longest`; `chance` (0–1) spreads phones apart. */
export function pause(failures: number, chance: number, longest = 30_000): number {
  const full = Math.min(longest, 1_000 * 2 ** Math.max(0, failures - 1));
  return Math.round(full * (0.7 + 0.3 * chance));
}

/** The centre's own words (it fills in the facts itself) out of an error answer; a proxy's page has none. */
export function refusalOf(answer: Answer): Refusal {
  const error = (answer.body as { error?: Partial<Refusal> } | null)?.error;
  return { status: answer.status, code: error?.code ?? `http_${answer.status}`, th: error?.th ?? '', en: error?.en ?? '' };
}

/** A file in an entry: base64, because the shelf keeps plain JSON. */
export interface FileBody {
  file_base64: string;
}
const FILE_MS = 180_000;

/** The bytes of an entry that carries a file; null for all others. */
export function fileOf(body: unknown): Blob | null {
  const said = (body as Partial<FileBody> | null)?.file_base64;
  if (typeof said !== 'string') return null;
  return new Blob([Uint8Array.from(atob(said), (sign) => sign.charCodeAt(0))]);
}

/** The entry's body of a file. */
export async function bodyOf(file: Blob): Promise<FileBody> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return { file_base64: btoa(text) };
}

/** Sends an entry by HTTP with its id as `Idempotency-Key`; gives up on a silent line after `timeoutMs`. */
export function httpPost(timeoutMs = 15_000): Post {
  return async (entry) => {
    const file = fileOf(entry.body);
    const response = await fetch(entry.path, {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': file ? 'application/octet-stream' : 'application/json', 'Idempotency-Key': entry.id, 'X-Unjai': '1' },
      credentials: 'same-origin',
      body: file ?? JSON.stringify(entry.body ?? {}),
      signal: AbortSignal.timeout(file ? FILE_MS : timeoutMs),
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
  /** The last attempt of some lane found no line, or a centre that could not take it. */
  failing: boolean;
  /** The session has ended: nothing is sent until the reader signs in again. */
  needsLogin: boolean;
}

export interface OutboxOptions {
  shelf: Shelf;
  post: Post;
  now?: () => number;
  chance?: () => number;
  /** The longest wait between tries, ms. */
  longest?: number;
  onChange?: (state: OutboxState) => void;
  onSent?: (entry: Entry, answer: Answer) => void;
  onRefused?: (entry: Entry, refusal: Refusal) => void;
}

export interface NewEntry {
  lane: string;
  path: string;
  body?: unknown;
  id?: string;
  quiet?: boolean;
}

/** A quiet entry that the centre fails on so often is given up, so that one bad batch cannot stop all later ones. */
const QUIET_TRIES = 12;

export class Outbox {
  #entries: Entry[] = [];
  readonly #flying = new Set<string>();
  /** Ids known to lie on the shelf: one that has gone from there was sent by another page. */
  readonly #shelved = new Set<string>();
  readonly #lanes = new Map<string, { failures: number; notBefore: number }>();
  #needsLogin = false;
  #stopped = false;
  #flushing: Promise<void> | null = null;
  #again = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #counter = 0;
  #wake: (() => void) | null = null;
  readonly #options: OutboxOptions;
  readonly #now: () => number;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => Date.now());
  }

  get state(): OutboxState {
    return {
      entries: this.#entries,
      sending: this.#flying.size > 0,
      failing: [...this.#lanes.values()].some((lane) => lane.failures > 0),
      needsLogin: this.#needsLogin,
    };
  }

  /** Take up what an earlier page left, and begin to send. */
  async start(): Promise<void> {
    this.#stopped = false;
    await this.#reload();
    void this.flush();
  }

  /** Stop sending; the shelf keeps what is left. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Send a new entry and keep it until it is sent. Resolves when it is on the shelf, not when it is sent. */
  async add(fresh: NewEntry): Promise<Entry> {
    const known = this.#entries.find((one) => one.id === fresh.id);
    if (known) return known;
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
    // Somebody pressed something: what failed before is tried again now.
    const before = this.#lanes.get(entry.lane);
    if (before && !entry.quiet) before.notBefore = 0;
    this.#tell();
    // First the line, then the shelf: a slow store must not hold up a call for help.
    void this.flush();
    await this.#shelve(entry);
    return entry;
  }

  /** Change the body of an entry that was never tried; tells whether it could. */
  async amend(id: string, body: unknown): Promise<boolean> {
    const entry = this.#entries.find((one) => one.id === id);
    if (!entry || entry.tries > 0 || this.#flying.has(id)) return false;
    const next = { ...entry, body };
    this.#entries = this.#entries.map((one) => (one.id === id ? next : one));
    await this.#shelve(next);
    return true;
  }

  /** Drop an entry: the reader took it back, or has read why it was refused. */
  async discard(id: string): Promise<void> {
    this.#entries = this.#entries.filter((one) => one.id !== id);
    this.#shelved.delete(id);
    this.#tell();
    await this.#options.shelf.remove(id).catch(() => undefined);
  }

  /** Drop everything of a lane that is not on its way. */
  async discardLane(lane: string): Promise<void> {
    for (const entry of this.#entries.filter((one) => one.lane === lane)) {
      if (!this.#flying.has(entry.id)) await this.discard(entry.id);
    }
  }

  /** Whether an entry is on its way at this moment: it may arrive even if it is discarded now. */
  isFlying(id: string): boolean {
    return this.#flying.has(id);
  }

  /** The line is back, or the reader signed in: try now instead of waiting. */
  kick(): void {
    for (const lane of this.#lanes.values()) lane.notBefore = 0;
    this.#needsLogin = false;
    this.#retry();
  }

  #retry(): void {
    void this.#reload().then(() => this.flush());
  }

  /** Send all that can be sent. A call while one is running makes it look once more. */
  flush(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    if (this.#flushing) {
      this.#again = true;
      this.#wake?.();
      return this.#flushing;
    }
    this.#flushing = this.#sendLanes()
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

  async #sendLanes(): Promise<void> {
    const busy = new Map<string, Promise<void>>();
    for (;;) {
      // A lane that begins while a slow one is on its way does not wait for it.
      for (const lane of this.#dueLanes()) {
        if (!busy.has(lane)) busy.set(lane, this.#sendLane(lane).finally(() => busy.delete(lane)));
      }
      if (busy.size === 0) return;
      await Promise.race([...busy.values(), this.#nextAdd()]);
    }
  }

  /** Resolves when an entry is added or a kick comes while sending. */
  #nextAdd(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #dueLanes(): string[] {
    if (this.#needsLogin || this.#stopped) return [];
    const lanes = new Set(this.#waiting().map((entry) => entry.lane));
    return [...lanes].filter((lane) => (this.#lanes.get(lane)?.notBefore ?? 0) <= this.#now());
  }

  async #sendLane(lane: string): Promise<void> {
    for (;;) {
      const entry = this.#waiting().find((one) => one.lane === lane);
      if (!entry || this.#needsLogin || this.#stopped || !(await this.#sendOne(entry))) return;
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
      // No line: "later".
    } finally {
      this.#flying.delete(entry.id);
    }
    const verdict = answer ? judge(answer.status) : 'later';
    if (answer && (verdict === 'sent' || verdict === 'refused')) {
      this.#lanes.delete(entry.lane);
      if (verdict === 'sent') {
        void this.discard(entry.id);
        this.#options.onSent?.(entry, answer);
      } else this.#refuse(entry, refusalOf(answer));
      return true;
    }
    const tried = { ...entry, tries: entry.tries + 1 };
    if (answer && tried.quiet && tried.tries >= QUIET_TRIES) void this.discard(entry.id);
    else this.#replace(tried);
    if (verdict === 'login') this.#needsLogin = true;
    else {
      const failures = (this.#lanes.get(entry.lane)?.failures ?? 0) + 1;
      const wait = Math.max(pause(failures, (this.#options.chance ?? Math.random)(), this.#options.longest), (answer?.retryAfterS ?? 0) * 1_000);
      this.#lanes.set(entry.lane, { failures, notBefore: this.#now() + wait });
    }
    this.#tell();
    return false;
  }

  #refuse(entry: Entry, refused: Refusal): void {
    if (entry.quiet) void this.discard(entry.id);
    else this.#replace({ ...entry, tries: entry.tries + 1, refused });
    this.#options.onRefused?.(entry, refused);
    this.#tell();
  }

  #replace(entry: Entry): void {
    // Taken back while it was on its way: it must not come back.
    if (!this.#entries.some((one) => one.id === entry.id)) return;
    this.#entries = this.#entries.map((one) => (one.id === entry.id ? entry : one));
    void this.#shelve(entry);
  }

  /** The shelf may be full or forbidden: what is in memory is sent all the same. */
  async #shelve(entry: Entry): Promise<void> {
    try {
      await this.#options.shelf.put(plain(entry));
      // Discarded meanwhile: it must not lie there for the next page.
      if (this.#entries.some((one) => one.id === entry.id)) this.#shelved.add(entry.id);
      else await this.#options.shelf.remove(entry.id);
    } catch {
      // Stays in memory.
    }
  }

  #waiting(): Entry[] {
    return this.#entries.filter((entry) => !entry.refused);
  }

  /** Another page of the same app may have added or sent something; what only memory knows is kept. */
  async #reload(): Promise<void> {
    const lay = new Set(this.#shelved);
    const before = new Set(this.#entries.map((entry) => entry.id));
    const kept = await inTime(this.#options.shelf.all(), 1_000).catch(() => null);
    if (!kept) return;
    const there = new Set(kept.map((entry) => entry.id));
    const mine = this.#entries.filter((entry) => there.has(entry.id) || !lay.has(entry.id) || this.#flying.has(entry.id));
    // One discarded here while the shelf was being read (`before`) is not new.
    const others = kept.filter((entry) => !before.has(entry.id) && !mine.some((one) => one.id === entry.id));
    for (const entry of others) this.#shelved.add(entry.id);
    this.#entries = ordered([...mine, ...others]);
    this.#counter = Math.max(this.#counter, ...this.#entries.map((entry) => entry.n));
    this.#tell();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const waiting = this.#waiting();
    if (this.#needsLogin || this.#stopped || waiting.length === 0) return;
    const next = Math.min(...waiting.map((entry) => this.#lanes.get(entry.lane)?.notBefore ?? 0));
    this.#timer = setTimeout(() => this.#retry(), Math.max(250, next - this.#now()));
  }

  #tell(): void {
    this.#wake?.();
    this.#options.onChange?.(this.state);
  }
}

function ordered(entries: Entry[]): Entry[] {
  return entries.sort((a, b) => a.at - b.at || a.n - b.n);
}

/** A copy without proxies, which IndexedDB cannot clone. */
function plain(entry: Entry): Entry {
  return JSON.parse(JSON.stringify(entry)) as Entry;
}
