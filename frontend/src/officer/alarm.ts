/** The sound, the shaking and the notice of an offer. Nothing here takes the focus. */

/** Two tones, twice: heard over an engine, unlike a telephone. */
const TONES: readonly (readonly [hz: number, from_s: number, for_s: number])[] = [
  [880, 0, 0.18],
  [660, 0.2, 0.18],
  [880, 0.5, 0.18],
  [660, 0.7, 0.18],
];
const EVERY_MS = 2_500;
const SHAKE = [300, 120, 300, 120, 300];

export class Alarm {
  #audio: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #rings: string | null = null;

  /** Browsers allow sound only after a touch: called from every press. */
  unlock(): void {
    try {
      this.#audio ??= new AudioContext();
      if (this.#audio.state === 'suspended') void this.#audio.resume().catch(() => undefined);
    } catch {
      // A phone without sound still shakes and shows.
    }
  }

  /** Ring for the offer `id` until `stop`; ringing for the same offer again changes nothing. */
  ring(id: string): void {
    if (this.#rings === id) return;
    this.stop();
    this.#rings = id;
    this.once();
    this.#timer = setInterval(() => this.once(), EVERY_MS);
  }

  once(): void {
    this.#shake(SHAKE);
    const audio = this.#audio;
    if (!audio || audio.state !== 'running') return;
    for (const [hz, from, long] of TONES) {
      const tone = audio.createOscillator();
      const loud = audio.createGain();
      const start = audio.currentTime + from;
      tone.type = 'square';
      tone.frequency.value = hz;
      loud.gain.setValueAtTime(0, start);
      loud.gain.linearRampToValueAtTime(0.35, start + 0.01);
      loud.gain.setValueAtTime(0.35, start + long - 0.03);
      loud.gain.linearRampToValueAtTime(0, start + long);
      tone.connect(loud).connect(audio.destination);
      tone.start(start);
      tone.stop(start + long);
    }
  }

  stop(): void {
    if (this.#rings !== null) this.#shake(0);
    clearInterval(this.#timer);
    this.#rings = null;
  }

  /** A short answer to a press that did something. */
  tap(): void {
    this.#shake(40);
  }

  #shake(pattern: number | number[]): void {
    // Browsers log an error for shaking before the first touch; asking first keeps the console clean.
    if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
    navigator.vibrate?.(pattern);
  }
}

/** Ask, once and from a press, to be allowed to show notices while another app is in front. */
export function askForNotices(): void {
  if ('Notification' in globalThis && Notification.permission === 'default') void Notification.requestPermission().catch(() => undefined);
}

/** A notice in the phone's own list, only while the page is hidden. */
export async function notice(title: string, body: string, tag: string): Promise<void> {
  if (!document.hidden || !('Notification' in globalThis) || Notification.permission !== 'granted') return;
  const worker = await navigator.serviceWorker?.getRegistration('/officer');
  await worker?.showNotification(title, { body, tag, icon: '/icons/officer-192.png', requireInteraction: true }).catch(() => undefined);
}

/** Keeps the screen on while `wanted`; the phone may still refuse (low battery), and forgets it whenever the page was hidden. */
export class ScreenOn {
  #lock: WakeLockSentinel | null = null;
  #asking = false;

  async want(wanted: boolean): Promise<void> {
    if (!wanted) {
      const lock = this.#lock;
      this.#lock = null;
      await lock?.release().catch(() => undefined);
      return;
    }
    if (this.#asking || document.hidden || (this.#lock && !this.#lock.released) || !('wakeLock' in navigator)) return;
    this.#asking = true;
    this.#lock = await navigator.wakeLock.request('screen').catch(() => null);
    this.#asking = false;
  }
}
