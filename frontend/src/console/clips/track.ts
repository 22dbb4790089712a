/** Where a track's box was at a moment, of its path as a hit carries it. Pure. */
export type Box = readonly [number, number, number, number];
/** Seconds before the hit (negative), and the box then: left, top, right, bottom in fractions of the picture. */
export type Step = readonly number[];

const AFTER_S = 1.5;
const GAP_S = 2;

/** The box `at_s` seconds from the hit: between two steps in between, a moment longer at the end, else none. */
export function boxAt(path: readonly Step[], at_s: number): Box | null {
  if (!path.length) return null;
  const box = (one: Step) => one.slice(1, 5) as unknown as Box;
  const after = path.findIndex((one) => (one[0] ?? 0) >= at_s);
  const last = path[path.length - 1] as Step;
  if (after < 0) return at_s - (last[0] ?? 0) <= AFTER_S ? box(last) : null;
  const next = path[after] as Step;
  const before = path[after - 1];
  if (!before) return (next[0] ?? 0) - at_s < 0.5 ? box(next) : null;
  const span = (next[0] ?? 0) - (before[0] ?? 0);
  if (span > GAP_S) return null;
  const share = span > 0 ? (at_s - (before[0] ?? 0)) / span : 1;
  const [from, to] = [box(before), box(next)];
  return from.map((edge, n) => edge + ((to[n] ?? edge) - edge) * share) as unknown as Box;
}

/** The way of the foot of the track, as points of an SVG of 100 by 100. */
export const footsteps = (path: readonly Step[]): string => path.map((one) => `${(((one[1] ?? 0) + (one[3] ?? 0)) / 2) * 100},${(one[4] ?? 0) * 100}`).join(' ');
