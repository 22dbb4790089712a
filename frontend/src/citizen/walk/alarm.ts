/** How a question makes itself felt: by what she allowed, softly, until she answers. */
import { read, write } from '$lib/kept';
import { KEPT } from './kept';

export interface Allowed {
  shake: boolean;
  sound: boolean;
}

const EVERY_MS = 4_000;

export class Alarm {
  #timer: ReturnType<typeof setInterval> | undefined;
  #audio: AudioContext | null = null;

  /** What she allowed, as this phone remembers it; shaking until she says otherwise, sound only when she does. */
  get allowed(): Allowed {
    const kept = read(KEPT.calls);
    return kept === null ? { shake: true, sound: false } : { shake: kept.includes('shake'), sound: kept.includes('sound') };
  }

  /** Called from a press: browsers let a page sound only after one. */
  allow(allowed: Allowed): void {
    write(KEPT.calls, [allowed.shake ? 'shake' : '', allowed.sound ? 'sound' : ''].join(' '));
    if (!allowed.sound) return;
    try {
      this.#audio ??= new AudioContext();
      void this.#audio.resume().catch(() => undefined);
    } catch {
      // No sound on this phone.
    }
  }

  ring(forS: number): void {
    this.stop();
    const until = Date.now() + forS * 1_000;
    const once = (): void => {
      if (Date.now() > until) return this.stop();
      const { shake, sound } = this.allowed;
      if (shake) navigator.vibrate?.([300, 150, 300]);
      if (sound) this.#chime();
    };
    once();
    this.#timer = setInterval(once, EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Two soft notes. */
  #chime(): void {
    const audio = this.#audio;
    if (audio?.state !== 'running') return;
    [523, 659].forEach((hertz, n) => {
      const at = audio.currentTime + n * 0.25;
      const tone = new OscillatorNode(audio, { frequency: hertz });
      const loud = new GainNode(audio, { gain: 0 });
      loud.gain.setValueAtTime(0, at);
      loud.gain.linearRampToValueAtTime(0.2, at + 0.03);
      loud.gain.linearRampToValueAtTime(0, at + 0.4);
      tone.connect(loud).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.45);
    });
  }
}
