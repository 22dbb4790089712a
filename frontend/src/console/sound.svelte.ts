/**
 * Two tones until every waiting P1 is taken; one soft note for another new incident. Browsers let a page sound only
 * after its first key or click: until then `ready` is false and the console says so.
 */
const KEPT = 'unjai.console.mute';
const EVERY_MS = 2200;
const LATE_EVERY_MS = 8000;
const RING_EVERY_MS = 3000;

function wasMuted(): boolean {
  try {
    return localStorage.getItem(KEPT) === '1';
  } catch {
    return false;
  }
}

class Sound {
  muted = $state(wasMuted());
  ready = $state(false);
  #context: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #ringing: ReturnType<typeof setInterval> | undefined;
  #late: ReturnType<typeof setInterval> | undefined;

  /** Call on the first gesture. */
  wake(): void {
    this.#context ??= new AudioContext();
    void this.#context.resume().then(() => (this.ready = this.#context?.state === 'running'));
  }

  mute(muted: boolean): void {
    this.muted = muted;
    try {
      localStorage.setItem(KEPT, muted ? '1' : '0');
    } catch {
      // Storage may be forbidden; the choice then lasts as long as the page.
    }
  }

  /** Starts or stops the alarm. */
  alarm(on: boolean): void {
    if (!on) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else if (this.#timer === undefined) {
      this.#twoTones();
      this.#timer = setInterval(() => this.#twoTones(), EVERY_MS);
    }
  }

  /** Somebody took emergency rights: three falling tones, once. */
  warn(): void {
    for (const [n, hertz] of [990, 740, 550].entries()) this.#tone(hertz, n * 0.3, 0.26, 0.2);
  }

  /** The supervisor's own tone, three falling notes, until what waits too long is mended or taken over. */
  overdue(on: boolean): void {
    if (!on) {
      clearInterval(this.#late);
      this.#late = undefined;
    } else if (this.#late === undefined) {
      this.#falling();
      this.#late = setInterval(() => this.#falling(), LATE_EVERY_MS);
    }
  }

  /** An SOS point calls: two short rings, until somebody answers. Not the alarm's tones: the press has those. */
  ring(on: boolean): void {
    if (!on) {
      clearInterval(this.#ringing);
      this.#ringing = undefined;
    } else if (this.#ringing === undefined) {
      this.#rings();
      this.#ringing = setInterval(() => this.#rings(), RING_EVERY_MS);
    }
  }

  note(): void {
    this.#tone(660, 0, 0.16, 0.08);
  }

  #rings(): void {
    for (const n of [0, 1]) for (const hertz of [440, 480]) this.#tone(hertz, n * 0.6, 0.4, 0.12);
  }

  #falling(): void {
    for (const [n, hertz] of [523, 415, 330].entries()) this.#tone(hertz, n * 0.28, 0.24, 0.18);
  }

  #twoTones(): void {
    for (const n of [0, 1]) {
      this.#tone(880, n * 0.5, 0.22, 0.22);
      this.#tone(660, n * 0.5 + 0.25, 0.22, 0.22);
    }
  }

  #tone(hertz: number, in_s: number, lasts_s: number, loud: number): void {
    const context = this.#context;
    if (this.muted || context?.state !== 'running') return;
    const at = context.currentTime + in_s;
    const source = new OscillatorNode(context, { type: 'triangle', frequency: hertz });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(loud, at + 0.02);
    volume.gain.setValueAtTime(loud, at + lasts_s - 0.04);
    volume.gain.linearRampToValueAtTime(0, at + lasts_s);
    source.connect(volume).connect(context.destination);
    source.start(at);
    source.stop(at + lasts_s);
  }
}

export const sound = new Sound();
