/** The phone's own position while on duty: watched in the foreground, asked for again when it falls silent. */
import { fixOf, type Fix } from './track';

export type Trouble = 'denied' | 'insecure' | 'unavailable';

export interface PositionEvents {
  onFix(fix: Fix): void;
  onTrouble(trouble: Trouble | null): void;
}

const ASK_AGAIN_MS = 30_000;

export class Position {
  #watch: number | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #lastAt = 0;
  readonly #events: PositionEvents;

  constructor(events: PositionEvents) {
    this.#events = events;
  }

  get running(): boolean {
    return this.#watch !== null;
  }

  start(): void {
    if (this.#watch !== null) return;
    if (!window.isSecureContext) return this.#events.onTrouble('insecure');
    if (!('geolocation' in navigator)) return this.#events.onTrouble('unavailable');
    const options: PositionOptions = { enableHighAccuracy: true, maximumAge: 0, timeout: 60_000 };
    const found = (position: GeolocationPosition): void => this.#found(position);
    const failed = (error: GeolocationPositionError): void => this.#failed(error);
    this.#watch = navigator.geolocation.watchPosition(found, failed, options);
    // A phone that lies still reports nothing by itself: ask, so that the centre sees a living unit.
    this.#timer = setInterval(() => {
      if (Date.now() - this.#lastAt >= ASK_AGAIN_MS && !document.hidden) navigator.geolocation.getCurrentPosition(found, failed, options);
    }, ASK_AGAIN_MS / 3);
  }

  stop(): void {
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
    this.#watch = null;
    clearInterval(this.#timer);
    this.#events.onTrouble(null);
  }

  #found(position: GeolocationPosition): void {
    if (this.#watch === null) return;
    this.#lastAt = Date.now();
    this.#events.onTrouble(null);
    this.#events.onFix(fixOf(position));
  }

  #failed(error: GeolocationPositionError): void {
    if (this.#watch === null) return;
    if (error.code === error.PERMISSION_DENIED) this.#events.onTrouble('denied');
    else if (Date.now() - this.#lastAt > 60_000) this.#events.onTrouble('unavailable');
  }
}

/** The phone's battery, 0–1, where the browser tells. */
export async function batteryLevel(): Promise<number | null> {
  const ask = (navigator as Navigator & { getBattery?: () => Promise<{ level: number }> }).getBattery;
  if (!ask) return null;
  return ask.call(navigator).then((battery) => battery.level, () => null);
}
