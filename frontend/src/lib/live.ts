/**
 * The live feed: one snapshot, then ordered changes. `seq` is one counter for text and binary frames; a gap means that
 * something was missed, so the feed asks for a fresh snapshot instead of guessing. This file knows no screen.
 */
import type { Delta, LiveText, Snapshot, Tick } from './types';

export const MARK_BYTES = 20;
const HEADING_UNKNOWN = 65535;

export interface Mark {
  mark: number;
  lon: number;
  lat: number;
  /** Degrees clockwise from north; null when not known. */
  heading: number | null;
  kind: number;
  state: number;
  /** Unix seconds of the fix itself. */
  observed_s: number;
}
export interface Marks {
  seq: number;
  marks: Mark[];
}

/** Reads `u32 seq` and N × 20 bytes, little endian. Throws RangeError when the length fits no whole number of marks. */
export function decodeMarks(buffer: ArrayBuffer): Marks {
  if (buffer.byteLength < 4 || (buffer.byteLength - 4) % MARK_BYTES !== 0) throw new RangeError(`marks frame of ${buffer.byteLength} bytes`);
  const view = new DataView(buffer);
  const marks: Mark[] = [];
  for (let at = 4; at < buffer.byteLength; at += MARK_BYTES) {
    const heading = view.getUint16(at + 12, true);
    marks.push({
      mark: view.getUint32(at, true),
      lat: view.getInt32(at + 4, true) / 1e7,
      lon: view.getInt32(at + 8, true) / 1e7,
      heading: heading === HEADING_UNKNOWN ? null : heading / 100,
      kind: view.getUint8(at + 14),
      state: view.getUint8(at + 15),
      observed_s: view.getUint32(at + 16, true),
    });
  }
  return { seq: view.getUint32(0, true), marks };
}

export type Verdict = 'apply' | 'resync' | 'ignore';

/** Keeps count. Says for each numbered frame whether it may be applied. */
export class Sequence {
  #last: number | null = null;

  get last(): number | null {
    return this.#last;
  }

  snapshot(seq: number): void {
    this.#last = seq;
  }

  /** A numbered change: the next one applies, an old one is ignored, anything else is a gap. */
  change(seq: number): Verdict {
    if (this.#last === null) return 'ignore';
    if (seq <= this.#last) return 'ignore';
    if (seq !== this.#last + 1) {
      this.#last = null;
      return 'resync';
    }
    this.#last = seq;
    return 'apply';
  }

  /** An unnumbered sign of life carries the last number: ahead of ours means that a change was lost. */
  tick(seq: number): Verdict {
    if (this.#last === null || seq <= this.#last) return 'ignore';
    this.#last = null;
    return 'resync';
  }

  forget(): void {
    this.#last = null;
  }
}

/** Milliseconds before attempt n (0, 1, 2 …): half a second doubling to eight, plus up to a quarter so that screens do not return in step. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return Math.round(Math.min(8000, 500 * 2 ** Math.min(attempt, 10)) * (1 + random() / 4));
}

export interface LiveReader {
  snapshot(message: Snapshot): void;
  delta(message: Delta): void;
  marks(message: Marks): void;
  tick(message: Tick): void;
  /** Something outside the picture changed: `what` names it. */
  notice?(what: string): void;
  /** The centre closed the door on purpose (4401 not signed in, 4403 no right). */
  refused?(code: number): void;
  /** A socket is open or not. `attempt` counts failures in a row. */
  line(open: boolean, attempt: number): void;
}

interface Line {
  binaryType: string;
  readyState: number;
  onopen: ((event: Event) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  send(text: string): void;
  close(): void;
}
export interface FeedSettings {
  connect?: (url: string) => Line;
  /** A line silent for so long is dead: the server ticks every second. */
  silence_ms?: number;
  /** A resync that brings no snapshot within this time is asked again on a fresh line. */
  resync_ms?: number;
}

const OPEN = 1;

/** A connection that keeps itself alive: reconnects with back-off, resyncs on gaps, hangs up on silence. */
export class Feed {
  readonly #url: string;
  readonly #reader: LiveReader;
  readonly #connect: (url: string) => Line;
  readonly #silence_ms: number;
  readonly #resync_ms: number;
  readonly #sequence = new Sequence();
  #line: Line | null = null;
  #attempt = 0;
  #again: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #stopped = true;

  constructor(url: string, reader: LiveReader, settings: FeedSettings = {}) {
    this.#url = url;
    this.#reader = reader;
    this.#connect = settings.connect ?? ((to) => new WebSocket(to) as unknown as Line);
    this.#silence_ms = settings.silence_ms ?? 5000;
    this.#resync_ms = settings.resync_ms ?? 4000;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#open();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#again);
    this.#drop();
  }

  /** Try at once, for example when the browser says that the network is back. */
  hurry(): void {
    if (this.#stopped || this.#line?.readyState === OPEN) return;
    clearTimeout(this.#again);
    this.#drop();
    this.#open();
  }

  #open(): void {
    const line = this.#connect(this.#url);
    this.#line = line;
    line.binaryType = 'arraybuffer';
    this.#listen();
    line.onopen = () => this.#reader.line(true, this.#attempt);
    line.onmessage = (event) => {
      if (line !== this.#line) return;
      this.#listen();
      this.#take(event.data);
    };
    line.onclose = (event) => {
      if (line !== this.#line) return;
      if (event.code === 4401 || event.code === 4403) this.#reader.refused?.(event.code);
      // The door closes on other rights too (emergency rights begin or end): come back at once, and call nothing cut yet.
      if (event.code === 4401 && this.#attempt === 0) {
        this.#attempt = 1;
        this.#drop();
        this.#open();
      } else this.#lost();
    };
  }

  #take(data: unknown): void {
    if (data instanceof ArrayBuffer) {
      let marks: Marks;
      try {
        marks = decodeMarks(data);
      } catch {
        this.#resync();
        return;
      }
      const verdict = this.#sequence.change(marks.seq);
      if (verdict === 'apply') this.#reader.marks(marks);
      else if (verdict === 'resync') this.#resync();
      return;
    }
    let message: LiveText;
    try {
      message = JSON.parse(String(data)) as LiveText;
    } catch {
      this.#resync();
      return;
    }
    if (message.type === 'snapshot') {
      clearTimeout(this.#waiting);
      this.#waiting = undefined;
      this.#sequence.snapshot(message.seq);
      this.#attempt = 0;
      this.#reader.snapshot(message);
    } else if (message.type === 'delta') {
      const verdict = this.#sequence.change(message.seq);
      if (verdict === 'apply') this.#reader.delta(message);
      else if (verdict === 'resync') this.#resync();
    } else if (message.type === 'notice') {
      this.#reader.notice?.(message.what);
    } else if (message.type === 'tick') {
      this.#reader.tick(message);
      if (this.#sequence.tick(message.seq) === 'resync') this.#resync();
    }
  }

  #resync(): void {
    this.#sequence.forget();
    if (this.#waiting !== undefined) return;
    if (this.#line?.readyState === OPEN) this.#line.send('{"type":"resync"}');
    this.#waiting = setTimeout(() => {
      this.#waiting = undefined;
      this.#lost();
    }, this.#resync_ms);
  }

  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(), this.#silence_ms);
  }

  #drop(): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    const line = this.#line;
    this.#line = null;
    this.#sequence.forget();
    if (line) {
      line.onopen = line.onmessage = line.onclose = null;
      line.close();
    }
  }

  #lost(): void {
    this.#drop();
    if (this.#stopped) return;
    this.#reader.line(false, this.#attempt + 1);
    this.#again = setTimeout(() => this.#open(), backoff(this.#attempt));
    this.#attempt += 1;
  }
}

/** ws:// or wss:// of the page's own host. */
export function liveUrl(path: string, at: { protocol: string; host: string } = location): string {
  return `${at.protocol === 'https:' ? 'wss:' : 'ws:'}//${at.host}${path}`;
}
