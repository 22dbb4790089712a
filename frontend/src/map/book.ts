/** Where every unit is and was: newest fixes by mark number, and an hour of tracks. Not reactive: drawing reads it. */
import type { Mark } from '$lib/live';
import type { LiveUnit, UnitState } from '$lib/types';
import { drawn, moved, Track, type Drawn, type Fix, type Moving } from './motion';

const STATE_NUMBERS: Record<UnitState, number> = { off: 0, free: 1, offered: 2, en_route: 3, on_scene: 4, closing: 5 };
const KIND_NUMBERS: Record<string, number> = { car: 1, motorcycle: 2, foot: 3, volunteer: 4 };

export class MarkBook {
  readonly #moving = new Map<number, Moving>();
  readonly #tracks = new Map<number, Track>();
  /** Called after every change. */
  changed: () => void = () => undefined;

  takeMarks(marks: readonly Mark[], now_ms: number): void {
    for (const { mark, ...fix } of marks) this.#put(mark, fix, now_ms);
    this.changed();
  }

  /** Units of a snapshot or delta; those without a position only lend their state. */
  takeUnits(units: readonly LiveUnit[], now_ms: number): void {
    for (const unit of units) {
      const state = STATE_NUMBERS[unit.state] ?? 0;
      const before = this.#moving.get(unit.mark);
      if (unit.lon === null || unit.lat === null || unit.observed_at === null) {
        // Off duty a unit has no place: it leaves the map. On duty without a fix it stays where it was last known.
        if (state === 0) this.#moving.delete(unit.mark);
        else if (before) this.#moving.set(unit.mark, { ...before, state });
        continue;
      }
      const observed_s = Math.floor(Date.parse(unit.observed_at) / 1000);
      this.#put(unit.mark, { lon: unit.lon, lat: unit.lat, heading: unit.heading, observed_s, kind: KIND_NUMBERS[unit.kind] ?? 1, state }, now_ms);
    }
    this.changed();
  }

  #put(mark: number, fix: Fix, now_ms: number): void {
    this.#moving.set(mark, moved(this.#moving.get(mark), fix, now_ms));
    let track = this.#tracks.get(mark);
    if (!track) this.#tracks.set(mark, (track = new Track()));
    track.add(fix);
  }

  /** The newest fix itself, not the drawn place. */
  fix(mark: number): Fix | undefined {
    return this.#moving.get(mark);
  }

  *drawn(now_ms: number): Generator<{ mark: number; fix: Fix; at: Drawn }> {
    for (const [mark, moving] of this.#moving) yield { mark, fix: moving, at: drawn(moving, now_ms) };
  }

  /** What was known at that second. */
  *past(at_s: number): Generator<{ mark: number; fix: Fix; at: Drawn }> {
    for (const [mark, track] of this.#tracks) {
      const fix = track.at(at_s);
      if (fix) yield { mark, fix, at: { lon: fix.lon, lat: fix.lat, heading: fix.heading, moving: false } };
    }
  }

  /** Forgets marks that the centre no longer names. */
  keepOnly(marks: ReadonlySet<number>): void {
    for (const mark of this.#moving.keys()) if (!marks.has(mark)) this.#moving.delete(mark);
    this.changed();
  }
}
