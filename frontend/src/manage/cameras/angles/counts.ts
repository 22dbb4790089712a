/** Counts of a camera as a chart and a table want them: unknown stays null, zero is only where somebody looked. Pure. */
import type { components } from '$schemas';

export type Counts = components['schemas']['CountsOut'];
export type Counter = components['schemas']['CounterOut'];
export type Group = 'people' | 'vehicles';
export interface Column { kind: string; way: string }
export interface Bar {
  /** To the right of a line, or the most at once in an area; null: not known. */
  up: number | null;
  /** To the left of a line; null for an area, or where it is not known. */
  down: number | null;
  /** Minutes that were looked at. */
  looked: number;
}

const VEHICLES = ['motorcycle', 'car', 'truck', 'bus', 'bicycle'];
const ORDER = ['person', ...VEHICLES];
const WAYS = ['left', 'right', ''];
export const inGroup = (kind: string, group: Group): boolean => (group === 'people' ? kind === 'person' : VEHICLES.includes(kind));
const rank = (list: readonly string[], one: string) => (list.includes(one) ? list.indexOf(one) : list.length);

/** Minutes of each bucket that a counter was looked at. */
export const lookedAt = (counts: Counts, counter_id: string): number[] => counts.looked.find((one) => one.counter_id === counter_id)?.minutes ?? [];

/** What of a counter there are figures of: people first, then vehicles. */
export function columns(counts: Counts, counter_id: string): Column[] {
  return counts.series
    .filter((one) => one.counter_id === counter_id)
    .map(({ kind, way }) => ({ kind, way }))
    .sort((one, other) => rank(ORDER, one.kind) - rank(ORDER, other.kind) || rank(WAYS, one.way) - rank(WAYS, other.way));
}

/** One figure: null where nobody looked, 0 where somebody looked and saw nothing of the kind. */
export function cell(counts: Counts, counter_id: string, { kind, way }: Column, at: number): number | null {
  if (!lookedAt(counts, counter_id)[at]) return null;
  return counts.series.find((one) => one.counter_id === counter_id && one.kind === kind && one.way === way)?.values[at] ?? 0;
}

/** Bars of a group of kinds. Kinds of an area are counted at their own most moments, so their sum is an upper bound. */
export function bars(counts: Counts, counter_id: string, group: Group, line: boolean): Bar[] {
  const own = columns(counts, counter_id).filter((one) => inGroup(one.kind, group));
  const sum = (at: number, ways: readonly string[]) => own.filter((one) => ways.includes(one.way)).reduce((total, one) => total + (cell(counts, counter_id, one, at) ?? 0), 0);
  return lookedAt(counts, counter_id).map((looked, at) => ({ up: looked ? sum(at, line ? ['right'] : ['']) : null, down: line && looked ? sum(at, ['left']) : null, looked }));
}

/** The middle of a line, and a point a little to its left and to its right, in fractions of the picture. */
export function sides(corners: readonly (readonly number[])[]): { left: [number, number]; right: [number, number] } {
  const [[ax, ay], [bx, by]] = corners as [[number, number], [number, number]];
  const length = Math.hypot(bx - ax, by - ay) || 1;
  const [nx, ny] = [((by - ay) / length) * 0.06, (-(bx - ax) / length) * 0.06];
  const [mx, my] = [(ax + bx) / 2, (ay + by) / 2];
  const inside = (x: number, y: number): [number, number] => [Math.min(0.97, Math.max(0.03, x)), Math.min(0.95, Math.max(0.05, y))];
  return { left: inside(mx + nx, my + ny), right: inside(mx - nx, my - ny) };
}
