/** Plays a camera's recordings in one video element: fetched pieces on one time line, whose zero is `origin`. */
import { across, wanted, type Piece } from './timeline';

export interface Told {
  at: number;
  waiting: boolean;
  /** Nothing could be fetched: its HTTP status, 0 for no answer; null while all is well. */
  failed: number | null;
  /** The browser does not play this codec. */
  unplayable: boolean;
}

const AHEAD_MS = 20_000;
const KEEP_MS = 40_000;
const STEP_MS = 200;
const AGAIN_MS = 3000;

export class Film {
  readonly #video: HTMLVideoElement;
  readonly #base: string;
  readonly #origin: number;
  readonly #tell: (told: Told) => void;
  #pieces: readonly Piece[] = [];
  #media: MediaSource | null = null;
  #buffer: SourceBuffer | null = null;
  #address = '';
  #mime = '';
  #held = new Map<number, number>();
  #loading: AbortController | null = null;
  #wish: number | null;
  #failed: number | null = null;
  #failed_ms = 0;
  #unplayable = false;
  readonly #pulse: ReturnType<typeof setInterval>;
  /** What the operator wants: a new source forgets both, so they are kept here. */
  playing = true;
  rate = 1;

  constructor(video: HTMLVideoElement, camera_id: string, at: number, origin: number, tell: (told: Told) => void) {
    this.#video = video;
    this.#base = `/api/cameras/${camera_id}/`;
    this.#origin = origin;
    this.#wish = at;
    this.#tell = tell;
    this.#pulse = setInterval(() => this.#step(), STEP_MS);
  }

  /** What is recorded, in order. */
  set pieces(pieces: readonly Piece[]) {
    this.#pieces = pieces;
    this.#step();
  }

  get at(): number {
    return this.#wish ?? this.#origin + this.#video.currentTime * 1000;
  }

  go(at: number): void {
    this.#wish = at;
    this.#failed = null;
    this.#step();
  }

  stop(): void {
    clearInterval(this.#pulse);
    this.#loading?.abort();
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  #holds(at: number): boolean {
    const s = (at - this.#origin) / 1000;
    const { buffered } = this.#video;
    for (let n = 0; n < buffered.length; n += 1) if (s >= buffered.start(n) - 0.05 && s < buffered.end(n)) return true;
    return false;
  }

  #step(): void {
    if (this.#wish !== null && this.#holds(this.#wish)) {
      this.#video.currentTime = (this.#wish - this.#origin) / 1000;
      this.#wish = null;
    }
    const at = this.at;
    // Keyframes: a piece may begin a little after what the list says.
    if (this.#wish !== null && !this.#loading) {
      const under = this.#pieces.find((one) => one.since <= at && one.until > at && this.#held.get(one.since) === one.until);
      const near = under ? this.#nearest(at) : null;
      if (near !== null) this.#wish = near;
    } else if (this.#wish === null && this.playing && !this.#holds(at + 300)) {
      const far = across(at, this.#pieces);
      if (far !== null) this.#wish = far;
    }
    if (this.#video.playbackRate !== this.rate) this.#video.playbackRate = this.rate;
    if (!this.playing && !this.#video.paused) this.#video.pause();
    else if (this.playing && this.#video.paused && this.#buffer && this.#wish === null) void this.#video.play().catch(() => undefined);
    void this.#load();
    this.#tell({ at, waiting: this.#wish !== null || this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA, failed: this.#failed, unplayable: this.#unplayable });
  }

  #nearest(at: number): number | null {
    const s = (at - this.#origin) / 1000;
    const { buffered } = this.#video;
    let best: number | null = null;
    for (let n = 0; n < buffered.length; n += 1) {
      for (const edge of [buffered.start(n), buffered.end(n) - 0.1]) if (Math.abs(edge - s) < 5 && (best === null || Math.abs(edge - s) < Math.abs(best - s))) best = edge;
    }
    return best === null ? null : this.#origin + best * 1000 + 1;
  }

  async #load(): Promise<void> {
    if (this.#loading || this.#unplayable || this.#buffer?.updating) return;
    if (this.#failed !== null && performance.now() - this.#failed_ms < AGAIN_MS) return;
    const piece = wanted(this.#pieces, this.#held, this.at, AHEAD_MS);
    if (!piece) return;
    const loading = new AbortController();
    this.#loading = loading;
    try {
      const path = `${piece.media}?at_ms=${Math.round(piece.since - this.#origin)}`;
      const [init, media] = await Promise.all([this.#fetch(piece.init, loading.signal), this.#fetch(path, loading.signal)]);
      await this.#append(init, media);
      this.#held.set(piece.since, piece.until);
      this.#failed = null;
      await this.#forget();
    } catch (thrown) {
      if (loading.signal.aborted) return;
      this.#failed = thrown instanceof Refused ? thrown.status : 0;
      this.#failed_ms = performance.now();
    } finally {
      this.#loading = null;
    }
  }

  async #fetch(path: string, signal: AbortSignal): Promise<ArrayBuffer> {
    const answer = await fetch(this.#base + path, { credentials: 'same-origin', signal });
    if (!answer.ok) throw new Refused(answer.status);
    return answer.arrayBuffer();
  }

  async #append(init: ArrayBuffer, media: ArrayBuffer): Promise<void> {
    const mime = `video/mp4; codecs="${codecsOf(new Uint8Array(init)) ?? ''}"`;
    if (!MediaSource.isTypeSupported(mime)) {
      this.#unplayable = true;
      return;
    }
    const buffer = this.#buffer ?? (await this.#open(mime));
    if (mime !== this.#mime) buffer.changeType(mime);
    this.#mime = mime;
    for (const part of [init, media]) {
      await new Promise<void>((done, fail) => {
        buffer.onupdateend = () => done();
        buffer.onerror = () => fail(new Error('append'));
        buffer.appendBuffer(part);
      });
    }
  }

  #open(mime: string): Promise<SourceBuffer> {
    const media = new MediaSource();
    this.#media = media;
    this.#address = URL.createObjectURL(media);
    this.#video.src = this.#address;
    this.#mime = mime;
    return new Promise((done) => {
      media.addEventListener('sourceopen', () => {
        this.#buffer = media.addSourceBuffer(mime);
        done(this.#buffer);
      }, { once: true });
    });
  }

  /** Lets go of what is far from the position, so that a night of looking does not fill the memory. */
  async #forget(): Promise<void> {
    const buffer = this.#buffer;
    if (!buffer || this.#media?.readyState !== 'open') return;
    for (const [since, until] of [...this.#held]) {
      if (until > this.at - KEEP_MS && since < this.at + AHEAD_MS + KEEP_MS * 2) continue;
      this.#held.delete(since);
      const from = Math.max(0, (since - this.#origin) / 1000);
      const to = (until - this.#origin) / 1000;
      if (to <= from) continue;
      await new Promise<void>((done) => {
        buffer.onupdateend = () => done();
        buffer.remove(from, to);
      });
    }
  }
}

class Refused extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

/** The codec of an init segment as MediaSource wants it named: read from its `avcC` or `hvcC`. */
export function codecsOf(init: Uint8Array): string | null {
  const hex = (n: number) => n.toString(16).padStart(2, '0');
  const find = (name: string) => {
    const sign = [...name].map((one) => one.charCodeAt(0));
    for (let at = 0; at + 4 <= init.length; at += 1) if (sign.every((code, n) => init[at + n] === code)) return at + 4;
    return -1;
  };
  const avc = find('avcC');
  if (avc >= 0 && avc + 4 <= init.length) return `avc1.${hex(init[avc + 1] ?? 0)}${hex(init[avc + 2] ?? 0)}${hex(init[avc + 3] ?? 0)}`;
  const hvc = find('hvcC');
  if (hvc < 0 || hvc + 13 > init.length) return null;
  const profile = init[hvc + 1] ?? 0;
  const space = ['', 'A', 'B', 'C'][profile >> 6] ?? '';
  let flags = 0;
  for (let bit = 0; bit < 32; bit += 1) if (((init[hvc + 2 + (bit >> 3)] ?? 0) >> (7 - (bit & 7))) & 1) flags = (flags | (2 ** bit)) >>> 0;
  return `hvc1.${space}${profile & 31}.${flags.toString(16)}.${profile & 32 ? 'H' : 'L'}${init[hvc + 12] ?? 0}.B0`;
}
