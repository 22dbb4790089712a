/** A track played again: where one was at a second, and which line lies behind. Pure. */
import type { components } from '$schemas';

export type Told = components['schemas']['OwnTrackOut'];
export type Stay = components['schemas']['OwnShiftOut'];
export type Stop = components['schemas']['StopOut'];
export type Done = Stop['state'];
export type Step = [number, number, number];

/** Shape and word say it, never the colour alone. */
export const SHAPES: Record<Done, string> = { done: '●', short: '◐', early: '◀', late: '▶', missed: '▲', unknown: '?', ahead: '○' };

/** The last step at or before a second; the first one before all. */
export function stepAt(track: readonly Step[], second: number): number {
  let low = 0;
  let high = track.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((track[middle]?.[0] ?? 0) <= second) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Whether nothing is known of a second: no position came in around it. */
export const blindAt = (gaps: readonly [number, number][], second: number): boolean => gaps.some(([from, to]) => from < second && second < to);

/** Of labels in their order, those that stand free of the ones before them: 12 px high, as wide as they say. */
export function apart(labels: readonly { key: string; x: number; y: number; width: number }[]): Set<string> {
  const taken: { x: number; y: number; width: number }[] = [];
  const found = new Set<string>();
  for (const one of labels) {
    if (taken.some((other) => Math.abs(other.y - one.y) < 12 && one.x < other.x + other.width && other.x < one.x + one.width)) continue;
    taken.push(one);
    found.add(one.key);
  }
  return found;
}

/** What there is to see of a shift: nothing is claimed of what no position told. */
export function wayOf(told: { carries: boolean; positions: number; pieces?: readonly unknown[] | null }): 'no_phone' | 'none' | 'few' | 'way' {
  if (!told.carries && !told.positions) return 'no_phone';
  if (!told.positions) return 'none';
  return told.pieces?.length ? 'way' : 'few';
}

/** How many stops came to each end, in the order in which they are told. */
export function counted(stops: readonly { state: Done }[]): [Done, number][] {
  const order: Done[] = ['done', 'short', 'early', 'late', 'missed', 'unknown', 'ahead'];
  return order.map((state): [Done, number] => [state, stops.filter((stop) => stop.state === state).length]).filter(([, count]) => count > 0);
}
