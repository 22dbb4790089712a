/** The officer's position: which fixes are worth telling, as OwnTracks location JSON, in batches through the outbox. */
import { distanceM } from '$lib/near';
import type { Outbox } from '$lib/outbox';
import { POSITION_PATH } from './duty';

/** As the browser gives it; speed in m/s, `at` in ms since 1970. */
export interface Fix {
  lon: number;
  lat: number;
  accuracy_m: number;
  altitude_m: number | null;
  heading_deg: number | null;
  speed_mps: number | null;
  at: number;
}

export function fixOf(found: GeolocationPosition): Fix {
  const { coords } = found;
  const number = (value: number | null): number | null => (value === null || Number.isNaN(value) ? null : value);
  return {
    lon: coords.longitude,
    lat: coords.latitude,
    accuracy_m: coords.accuracy,
    altitude_m: number(coords.altitude),
    heading_deg: number(coords.heading),
    speed_mps: number(coords.speed),
    at: found.timestamp,
  };
}

/** An OwnTracks location message. OwnTracks counts `vel` in km/h and `tst` in whole seconds; `batt` is 0–100. */
export function ownTracks(fix: Fix, battery: number | null): Record<string, unknown> {
  return {
    _type: 'location',
    lat: round(fix.lat, 7),
    lon: round(fix.lon, 7),
    acc: Math.round(fix.accuracy_m),
    tst: Math.floor(fix.at / 1_000),
    ...(fix.altitude_m === null ? {} : { alt: Math.round(fix.altitude_m) }),
    ...(fix.speed_mps === null ? {} : { vel: Math.round(fix.speed_mps * 3.6) }),
    ...(fix.heading_deg === null ? {} : { cog: Math.round(fix.heading_deg) % 360 }),
    ...(battery === null ? {} : { batt: Math.round(battery * 100) }),
  };
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** Far fewer fixes than the phone gives: `hurry` while on the way to an incident. */
export function worthTelling(fix: Fix, last: Fix | null, hurry: boolean): boolean {
  if (!last) return true;
  const waited = fix.at - last.at;
  if (waited < (hurry ? 2_000 : 5_000)) return false;
  // A rough fix after a good one would throw the mark across the street; after a minute it is better than nothing.
  if (fix.accuracy_m > 100 && fix.accuracy_m > last.accuracy_m * 2) return waited >= 60_000;
  return waited >= 30_000 || distanceM(fix, last) >= (hurry ? 5 : 10);
}

const BATCH = 100;
const LANE = 'position';

/** Gathers fixes and hands them to the outbox; while the line is cut they grow into lists of a hundred. */
export class Track {
  #buffer: Record<string, unknown>[] = [];
  #tail: { id: string; body: Record<string, unknown>[] } | null = null;
  #last: Fix | null = null;
  #busy: Promise<void> = Promise.resolve();
  readonly #outbox: Pick<Outbox, 'add' | 'amend'>;

  constructor(outbox: Pick<Outbox, 'add' | 'amend'>) {
    this.#outbox = outbox;
  }

  /** Take a fix; tells whether it was worth keeping. */
  take(fix: Fix, hurry: boolean, battery: number | null): boolean {
    if (!worthTelling(fix, this.#last, hurry)) return false;
    this.#last = fix;
    this.#buffer.push(ownTracks(fix, battery));
    return true;
  }

  /** Hand what was gathered to the outbox. Joins the last batch if that was never tried. */
  flush(): Promise<void> {
    this.#busy = this.#busy.then(() => this.#hand());
    return this.#busy;
  }

  async #hand(): Promise<void> {
    const fresh = this.#buffer.splice(0);
    if (fresh.length === 0) return;
    if (this.#tail && this.#tail.body.length + fresh.length <= BATCH) {
      const joined = [...this.#tail.body, ...fresh];
      if (await this.#outbox.amend(this.#tail.id, joined)) {
        this.#tail.body = joined;
        return;
      }
    }
    const entry = await this.#outbox.add({ lane: LANE, path: POSITION_PATH, body: fresh, quiet: true });
    this.#tail = { id: entry.id, body: fresh };
  }

  /** Off duty: forget everything that was gathered and not handed over. */
  drop(): void {
    this.#buffer = [];
    this.#last = null;
    this.#tail = null;
  }
}
