/** Where a live player should stand in what it holds. Pure: ranges and the position are given. */
export interface Held {
  start: number;
  end: number;
}
export interface Step {
  /** Go there at once; null stays. */
  seek: number | null;
  rate: number;
  /** Forget everything before this; null forgets nothing. */
  drop: number | null;
}

/** How far behind the newest picture we like to be: enough that one late fragment does not stop the picture. */
export const AIM_S = 0.25;
const HURRY_S = 0.5;
const JUMP_S = 1.6;
const KEEP_S = 8;
const DROP_LEAST_S = 4;

/** What to do now: jump when far behind or outside of what is held, play a little faster when somewhat behind. */
export function step(at: number, held: readonly Held[]): Step {
  const last = held.at(-1);
  const first = held[0];
  if (!last || !first) return { seek: null, rate: 1, drop: null };
  const behind = last.end - at;
  const drop = at - first.start > KEEP_S + DROP_LEAST_S ? at - KEEP_S : null;
  if (at < last.start || behind > JUMP_S || behind < -AIM_S) return { seek: Math.max(last.start, last.end - AIM_S), rate: 1, drop };
  return { seek: null, rate: behind > HURRY_S ? 1.15 : 1, drop };
}

const FIRST_MS = 500;
const MOST_MS = 15_000;

/** How long to wait before the n-th try again (from 0); `chance` is 0–1, so that nine tiles do not come at once. */
export function backOff(n: number, chance: number): number {
  return Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(n, 8)) * (0.7 + 0.6 * chance);
}
