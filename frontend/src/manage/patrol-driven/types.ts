import type { components } from '$schemas';

export type Driven = components['schemas']['ShiftDrivenOut'];
export type Unit = components['schemas']['UnitDrivenOut'];
export type Done = Unit['stops'][number]['state'];

/** Shape and word say it, never the colour alone. */
export const SHAPES: Record<Done, string> = { done: '●', short: '◐', early: '◀', late: '▶', missed: '▲', unknown: '?', ahead: '○' };

/** How many stops of a unit came to an end. */
export const count = (unit: Unit, ...states: Done[]): number => unit.stops.filter((stop) => states.includes(stop.state)).length;

/** Minutes in which nothing was heard of a unit. */
export const blindMinutes = (unit: Unit): number => Math.round(unit.gaps.reduce((sum, [from, to]) => sum + to - from, 0) / 60);

/** The last step of a track at or before a second. */
export function placeAt(track: readonly [number, number, number][], second: number): [number, number, number] | null {
  let found: [number, number, number] | null = track[0] ?? null;
  for (const step of track) {
    if (step[0] > second) break;
    found = step;
  }
  return found;
}
