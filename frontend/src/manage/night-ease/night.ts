/** What the page makes of a night: lines by class, shares, lists that are narrowed. Pure. */
import type { components } from '$schemas';
import type { Streets } from '$lib/types';

export type Night = components['schemas']['NightOut'];
export type Work = components['schemas']['NightWorkOut'];
export type Street = components['schemas']['NightStreetOut'];
export type Class = Street['of'];
export type Kind = Work['kind'];
export type Decided = 'all' | 'open' | 'asked' | 'planned' | 'not_possible';
export type Line = readonly (readonly [number, number])[];

export const CLASSES: readonly Class[] = ['good', 'unknown', 'bad'];
export const KINDS: readonly Kind[] = ['lamp', 'camera_mend', 'camera_turn', 'patrol', 'pole', 'look'];
export const MARKS: readonly NonNullable<Work['mark']>['state'][] = ['asked', 'planned', 'not_possible'];
/** Every class has its shape: never by colour alone. */
export const SHAPES: Record<Class, string> = { good: '●', unknown: '?', bad: '▲' };

export function linesOf(streets: Streets | null): Map<number, Line> {
  return new Map((streets?.features ?? []).map((one) => [one.properties.id, one.geometry.coordinates as [number, number][]]));
}

export function byClass(edges: Night['edges'], lines: ReadonlyMap<number, Line>): Record<Class, Line[]> {
  const found: Record<Class, Line[]> = { good: [], unknown: [], bad: [] };
  for (const one of edges) {
    const line = lines.get(one.id);
    if (line) found[one.of].push(line);
  }
  return found;
}

/** Whole percents of the walking minutes, together 100; null where nobody is assumed to walk. */
export function percents(totals: Night['totals']): Record<Class, number> | null {
  const whole = CLASSES.reduce((sum, one) => sum + totals[one].minutes, 0);
  if (whole <= 0) return null;
  const exact = CLASSES.map((one) => (totals[one].minutes / whole) * 100);
  const floors = exact.map(Math.floor);
  const left = 100 - floors.reduce((sum, one) => sum + one, 0);
  const order = exact.map((one, n) => ({ n, rest: one - Math.floor(one) })).sort((a, b) => b.rest - a.rest || a.n - b.n);
  order.slice(0, left).forEach(({ n }) => (floors[n] = (floors[n] ?? 0) + 1));
  return { good: floors[0] ?? 0, unknown: floors[1] ?? 0, bad: floors[2] ?? 0 };
}

export function narrowed(works: readonly Work[], kinds: ReadonlySet<Kind>, decided: Decided): Work[] {
  return works.filter((one) => (!kinds.size || kinds.has(one.kind)) && (decided === 'all' || (one.mark?.state ?? 'open') === decided));
}

/** Minutes of a thousand walks: tenths while they are few. */
export function minutesOf(value: number, locale: string): string {
  const digits = value < 100 ? 1 : 0;
  return value.toLocaleString(locale === 'th' ? 'th-TH-u-nu-latn' : 'en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
