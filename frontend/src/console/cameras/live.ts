/**
 * Live pictures of one camera in one video element: fragments from a WebSocket go into a SourceBuffer, the position is
 * kept at the newest picture. It begins anew by itself after a cut; what does not mend itself is said and left.
 */
import { liveUrl } from '$lib/live';
import { backOff, step } from './edge';
import { closedBy, isH265, lasts, silentBy, type Trouble } from './trouble';

export type Phase = { at: 'opening' } | { at: 'playing' } | { at: 'trouble'; trouble: Trouble; since: string | null };
export type Feed = 'auto' | 'main' | 'sub';
interface Said {
  type: 'begin' | 'state' | 'skipped' | 'error';
  mime?: string;
  signal?: string | null;
  since?: string | null;
  why?: string | null;
  codec?: string | null;
  error?: { code: string };
}

const STEP_MS = 200;
/** Pictures that stop coming without a word. */
const STILL_MS = 4000;
const WAITING_MOST = 400;

export class LiveStream {
  readonly #video: HTMLVideoElement;
  readonly #tell: (phase: Phase) => void;
  readonly #url: string;
  #socket: WebSocket | null = null;
  #media: MediaSource | null = null;
  #buffer: SourceBuffer | null = null;
  #waiting: ArrayBuffer[] = [];
  #mime = '';
  #address = '';
  #tries = 0;
  #stopped = false;
  #said: string | null = null;
  #phase: Phase = { at: 'opening' };
  #again: ReturnType<typeof setTimeout> | undefined;
  #pulse: ReturnType<typeof setInterval> | undefined;
  #heard_ms = 0;
  #trouble: { trouble: Trouble; since: string | null } | null = null;

  constructor(video: HTMLVideoElement, camera_id: string, feed: Feed, tell: (phase: Phase) => void) {
    this.#video = video;
    this.#tell = tell;
    this.#url = liveUrl(`/ws/camera/${camera_id}?feed=${feed}`);
    this.#pulse = setInterval(() => this.#step(), STEP_MS);
    video.addEventListener('timeupdate', this.#moved);
    this.#connect();
  }

  /** Ends the watching; the last picture goes too. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#again);
    clearInterval(this.#pulse);
    this.#video.removeEventListener('timeupdate', this.#moved);
    this.#hangUp();
    this.#drop();
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  readonly #moved = () => {
    // What is left of a line that was cut plays to its end: that is no picture of the new one.
    if (this.#buffer && this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && this.#video.currentTime > 0 && !this.#trouble) this.#be({ at: 'playing' });
  };

  #be(phase: Phase): void {
    const same = this.#phase.at === phase.at && (phase.at !== 'trouble' || (this.#phase.at === 'trouble' && this.#phase.trouble === phase.trouble && this.#phase.since === phase.since));
    if (same) return;
    this.#phase = phase;
    if (phase.at === 'playing') this.#tries = 0;
    this.#tell(phase);
  }

  #fail(trouble: Trouble, since: string | null = null): void {
    this.#be({ at: 'trouble', trouble, since });
    if (!lasts(trouble)) return;
    this.#hangUp();
    clearTimeout(this.#again);
  }

  #connect(): void {
    if (this.#stopped) return;
    if (typeof MediaSource === 'undefined') return this.#fail('no_player');
    this.#said = null;
    this.#trouble = null;
    const socket = new WebSocket(this.#url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === 'string') this.#hear(JSON.parse(data) as Said);
      else this.#take(data);
    };
    socket.onclose = ({ code }) => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#fail(closedBy(code, this.#said));
      if (this.#phase.at === 'trouble' && lasts(this.#phase.trouble)) return;
      this.#later();
    };
  }

  #hangUp(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #hear(said: Said): void {
    if (said.type === 'error') this.#said = said.error?.code ?? null;
    else if (said.type === 'begin' && said.mime) this.#begin(said.mime);
    else if (said.type === 'state') {
      const trouble = silentBy(said.signal, said.why);
      this.#trouble = trouble === null ? null : { trouble, since: said.since ?? null };
      if (trouble !== null) this.#fail(trouble, said.since ?? null);
      else if (isH265(said.codec) && !MediaSource.isTypeSupported('video/mp4; codecs="hvc1.1.6.L93.B0"')) this.#fail('h265');
      else if (this.#phase.at === 'trouble') this.#be({ at: 'opening' });
    }
  }

  #begin(mime: string): void {
    if (!MediaSource.isTypeSupported(mime)) return this.#fail(/hvc1|hev1/.test(mime) ? 'h265' : 'format');
    this.#drop();
    this.#mime = mime;
    this.#heard_ms = performance.now();
    const media = new MediaSource();
    this.#media = media;
    this.#address = URL.createObjectURL(media);
    media.addEventListener('sourceopen', () => {
      if (this.#media !== media || media.readyState !== 'open') return;
      this.#buffer = media.addSourceBuffer(this.#mime);
      this.#buffer.addEventListener('updateend', () => this.#feed());
      this.#feed();
    });
    this.#video.src = this.#address;
    void this.#video.play().catch(() => undefined);
  }

  #drop(): void {
    this.#waiting = [];
    this.#buffer = null;
    this.#media = null;
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = '';
  }

  #take(data: ArrayBuffer): void {
    this.#heard_ms = performance.now();
    this.#waiting.push(data);
    // A screen that does not get round to it begins anew rather than growing.
    if (this.#waiting.length > WAITING_MOST) return this.#restart();
    this.#feed();
  }

  #restart(): void {
    this.#hangUp();
    this.#drop();
    if (this.#video.error) {
      this.#video.removeAttribute('src');
      this.#video.load();
    }
    this.#later();
  }

  #later(): void {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#connect(), backOff(this.#tries, Math.random()));
    this.#tries += 1;
  }

  #feed(): void {
    const buffer = this.#buffer;
    if (!buffer || buffer.updating || this.#media?.readyState !== 'open') return;
    if (this.#waiting.length === 0) return;
    const all = this.#waiting;
    this.#waiting = [];
    try {
      buffer.appendBuffer(all.length === 1 ? (all[0] as ArrayBuffer) : joined(all));
    } catch {
      // Full or torn: from the beginning again, which costs one picture.
      this.#restart();
      return;
    }
    this.#step();
  }

  #step(): void {
    const { buffered, currentTime } = this.#video;
    if (this.#video.error) return this.#restart();
    const held = Array.from({ length: buffered.length }, (_, n) => ({ start: buffered.start(n), end: buffered.end(n) }));
    if (held.length === 0) return;
    const { seek, rate, drop } = step(currentTime, held);
    if (seek !== null) this.#video.currentTime = seek;
    if (this.#video.playbackRate !== rate) this.#video.playbackRate = rate;
    if (drop !== null && this.#buffer && !this.#buffer.updating) this.#buffer.remove(0, drop);
    if (this.#video.paused) void this.#video.play().catch(() => undefined);
    if (this.#phase.at === 'playing' && performance.now() - this.#heard_ms > STILL_MS) {
      this.#fail('cut');
      this.#restart();
    }
  }
}

function joined(parts: readonly ArrayBuffer[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((sum, one) => sum + one.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(new Uint8Array(part), at);
    at += part.byteLength;
  }
  return whole.buffer;
}
