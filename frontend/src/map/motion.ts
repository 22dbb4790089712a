/**
 * Where a moving mark is drawn between two fixes: it walks from where it was drawn to the newest fix, and stops there.
 * It is never drawn ahead of what is known. Pure; times are milliseconds of one clock given by the caller.
 */
export interface Fix {
  lon: number;
  lat: number;
  heading: number | null;
  /** Unix seconds when it was measured. */
  observed_s: number;
  /** Kind and state as numbers of the wire. */
  kind: number;
  state: number;
}
export interface Moving extends Fix {
  from: Pick<Fix, 'lon' | 'lat' | 'heading'>;
  started_ms: number;
  lasts_ms: number;
}
export interface Drawn {
  lon: number;
  lat: number;
  heading: number | null;
  /** Still under way: the screen must be drawn again. */
  moving: boolean;
}

const LONGEST_MS = 4000;
const SHORTEST_MS = 200;
/** About 400 m: more than a unit does between two fixes; it is put there rather than flown over the roofs. */
const JUMP_DEG = 0.0036;

function between(a: number | null, b: number | null, share: number): number | null {
  if (a === null || b === null) return b;
  const turn = ((b - a + 540) % 360) - 180;
  return (a + turn * share + 360) % 360;
}

/** Where the mark is at `now_ms`. */
export function drawn(mark: Moving, now_ms: number): Drawn {
  const share = mark.lasts_ms <= 0 ? 1 : Math.min(1, Math.max(0, (now_ms - mark.started_ms) / mark.lasts_ms));
  return {
    lon: mark.from.lon + (mark.lon - mark.from.lon) * share,
    lat: mark.from.lat + (mark.lat - mark.from.lat) * share,
    heading: between(mark.from.heading, mark.heading, Math.min(1, share * 3)),
    moving: share < 1,
  };
}

/** Takes a new fix. An older fix than the one held moves nothing; the first one and a jump are placed at once. */
export function moved(before: Moving | undefined, fix: Fix, now_ms: number): Moving {
  if (!before) return { ...fix, from: fix, started_ms: now_ms, lasts_ms: 0 };
  if (fix.observed_s < before.observed_s) return fix.state === before.state ? before : { ...before, state: fix.state };
  const heading = fix.heading ?? before.heading;
  const here = drawn(before, now_ms);
  const jump = Math.abs(fix.lon - here.lon) + Math.abs(fix.lat - here.lat) > JUMP_DEG;
  const gap_ms = (fix.observed_s - before.observed_s) * 1000;
  const lasts_ms = jump ? 0 : Math.min(LONGEST_MS, Math.max(SHORTEST_MS, gap_ms));
  return { ...fix, heading, from: jump ? { ...fix, heading } : { lon: here.lon, lat: here.lat, heading: here.heading }, started_ms: now_ms, lasts_ms };
}

/** What was received during the last hour, thinned, for looking back. Only what this screen was sent; nothing is made up. */
export class Track {
  readonly #fixes: Fix[] = [];
  static readonly every_s = 5;
  static readonly keeps_s = 3900;

  add(fix: Fix): void {
    const last = this.#fixes.at(-1);
    if (last && fix.observed_s < last.observed_s + Track.every_s) return;
    this.#fixes.push({ lon: fix.lon, lat: fix.lat, heading: fix.heading, observed_s: fix.observed_s, kind: fix.kind, state: fix.state });
    while ((this.#fixes[0]?.observed_s ?? Infinity) < fix.observed_s - Track.keeps_s) this.#fixes.shift();
  }

  /** The last fix measured at or before `at_s` and not older than two minutes by then; else nothing is known. */
  at(at_s: number): Fix | null {
    let low = 0;
    let high = this.#fixes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#fixes[middle] as Fix).observed_s <= at_s) low = middle + 1;
      else high = middle;
    }
    const found = this.#fixes[low - 1];
    return found && at_s - found.observed_s <= 120 ? found : null;
  }

  get size(): number {
    return this.#fixes.length;
  }
}
