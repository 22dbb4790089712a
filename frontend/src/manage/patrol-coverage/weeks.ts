/** Coverage by hour of the week as the page works it out from what the centre tells. */
import type { components } from '$schemas';

type Said = components['schemas'];
export type Coverage = Said['PatrolCoverageOut'];
export type Area = Said['AreaWeeksOut'];
export type Place = Said['PlaceWeeksOut'];
export const WEEK = 168;

/** How many of the streets were patrolled at each hour of the week, in any of the weeks. */
export function streetsByHour(streets: Coverage['streets']): number[] {
  const found = new Array<number>(WEEK).fill(0);
  for (const street of streets) for (let hour = 0; hour < WEEK; hour += 1) if (street.hours[hour] !== '0') found[hour] = (found[hour] ?? 0) + 1;
  return found;
}

/** How often each street was patrolled at the chosen hours (all where none is chosen): street-hours over the weeks. */
export function timesOf(streets: Coverage['streets'], chosen: ReadonlySet<number>): Map<number, number> {
  const found = new Map<number, number>();
  for (const street of streets) {
    let times = 0;
    for (let hour = 0; hour < WEEK; hour += 1) if (!chosen.size || chosen.has(hour)) times += Number(street.hours[hour]);
    if (times) found.set(street.id, times);
  }
  return found;
}

export const STEPS = 4;
/** Where each of the four steps of heat begins: quarters of what is there, so that a busy main road hides no soi. */
export function stepsOf(times: Iterable<number>): number[] {
  const sorted = [...times].sort((a, b) => a - b);
  return Array.from({ length: STEPS }, (_, n) => sorted[Math.floor((n * sorted.length) / STEPS)] ?? 1).filter((one, n, all) => n === 0 || one > (all[n - 1] ?? 0));
}
export function stepOf(times: number, steps: readonly number[]): number {
  let step = 0;
  steps.forEach((from, n) => { if (times >= from) step = n; });
  return step;
}

/** Cells between two, as a rectangle of the 7 by 24 matrix: what dragging over it chooses. */
export function between(a: number, b: number): number[] {
  const days = [Math.floor(a / 24), Math.floor(b / 24)], hours = [a % 24, b % 24];
  const found: number[] = [];
  for (let day = Math.min(...days); day <= Math.max(...days); day += 1) for (let hour = Math.min(...hours); hour <= Math.max(...hours); hour += 1) found.push(day * 24 + hour);
  return found;
}

/** Hours of the week in words: stretches of one day, such as [day 0, 2, 5]: from 02 to 05. */
export function stretches(hours: readonly number[]): { day: number; from: number; to: number }[] {
  const found: { day: number; from: number; to: number }[] = [];
  for (const hour of [...hours].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last && last.day === Math.floor(hour / 24) && last.to === hour % 24) last.to += 1;
    else found.push({ day: Math.floor(hour / 24), from: hour % 24, to: (hour % 24) + 1 });
  }
  return found;
}
