/** The way of one vehicle through its reads: passes in order, the line between them, and where it was at a moment. Pure. */
import type { components } from '$schemas';
import type { LonLat } from '$lib/types';

export type Read = components['schemas']['ReadOut'];
export type Way = components['schemas']['PlateWayOut'];
export interface Pass {
  id: string;
  at: number;
  camera: string;
  place: LonLat;
  n: number;
}
export interface Leg {
  from: Pass;
  to: Pass;
  line: LonLat[];
  /** Along the streets; else straight, since no way is known. */
  streets: boolean;
  road_m: number | null;
}

/** Which vehicle a read is of: registration and place, since the same text exists in every province. */
export const plateKey = (read: Pick<Read, 'registration' | 'province'>): string => `${read.registration ?? ''}|${read.province ?? ''}`;

/** A read without a place may be of the vehicle too. */
export const sameVehicle = (read: Read, of: Read): boolean => read.registration !== null && read.registration === of.registration && (read.province === of.province || !read.province || !of.province);

/** The passes of a vehicle, oldest first and numbered; reads of cameras that stand nowhere are left out. */
export function passes(reads: readonly Read[], of: Read | null, places: ReadonlyMap<string, LonLat>): Pass[] {
  if (!of) return [];
  return reads
    .filter((one) => sameVehicle(one, of))
    .map((one) => ({ id: one.id, at: Date.parse(one.at), camera: one.camera, place: places.get(one.camera) }))
    .filter((one): one is Omit<Pass, 'n'> => one.place !== undefined)
    .sort((a, b) => a.at - b.at)
    .map((one, n) => ({ ...one, n: n + 1 }));
}

/** The pairs of cameras whose ways are wanted, each once. */
export function pairs(list: readonly Pass[]): [string, string][] {
  const found = new Map<string, [string, string]>();
  for (let n = 1; n < list.length; n += 1) {
    const [a, b] = [(list[n - 1] as Pass).camera, (list[n] as Pass).camera];
    if (a !== b) found.set(`${a} ${b}`, [a, b]);
  }
  return [...found.values()].slice(0, 200);
}

export function legs(list: readonly Pass[], ways: readonly Way[]): Leg[] {
  const known = new Map(ways.map((one) => [`${one.first} ${one.second}`, one]));
  return list.slice(1).map((to, n) => {
    const from = list[n] as Pass;
    const way = known.get(`${from.camera} ${to.camera}`);
    const streets = way !== undefined && way.line.length > 1;
    return { from, to, streets, line: streets ? way.line : [from.place, to.place], road_m: streets ? way.road_m : null };
  });
}

/** The point that lies a share (0 to 1) along a line. */
export function along(line: readonly LonLat[], share: number): LonLat {
  const squeeze = Math.cos(((line[0]?.[1] ?? 0) * Math.PI) / 180);
  const parts = line.slice(1).map((to, n) => {
    const from = line[n] as LonLat;
    return Math.hypot((to[0] - from[0]) * squeeze, to[1] - from[1]);
  });
  let left = parts.reduce((sum, one) => sum + one, 0) * Math.min(1, Math.max(0, share));
  for (const [n, length] of parts.entries()) {
    const [from, to] = [line[n] as LonLat, line[n + 1] as LonLat];
    if (left <= length && length > 0) return [from[0] + ((to[0] - from[0]) * left) / length, from[1] + ((to[1] - from[1]) * left) / length];
    left -= length;
  }
  return (line.at(-1) ?? [0, 0]) as LonLat;
}

/** Where the vehicle was: at a camera, or between two where it can only be guessed. Null before the first pass. */
export function whereAt(list: readonly Pass[], steps: readonly Leg[], at: number): { place: LonLat; seen: boolean; pass: Pass } | null {
  const before = [...list].reverse().find((one) => one.at <= at);
  if (!before) return null;
  const leg = steps.find((one) => one.from === before);
  if (!leg || at === before.at) return { place: before.place, seen: at === before.at, pass: before };
  const share = (at - before.at) / Math.max(1, leg.to.at - before.at);
  return { place: along(leg.line, share), seen: false, pass: before };
}

export type Order = 'newest' | 'oldest' | 'plate' | 'camera' | 'sure';
export function sorted(reads: readonly Read[], order: Order): Read[] {
  const by: Record<Order, (a: Read, b: Read) => number> = {
    newest: (a, b) => Date.parse(b.at) - Date.parse(a.at),
    oldest: (a, b) => Date.parse(a.at) - Date.parse(b.at),
    plate: (a, b) => Number(a.registration === null) - Number(b.registration === null) || (a.registration ?? '').localeCompare(b.registration ?? '', 'th') || by.oldest(a, b),
    camera: (a, b) => a.camera.localeCompare(b.camera) || by.oldest(a, b),
    sure: (a, b) => (b.confidence ?? -1) - (a.confidence ?? -1) || by.newest(a, b),
  };
  return [...reads].sort(by[order]);
}

/** The numbers of one camera's passes in few signs: only what follows one another is a range. */
export function numbersOf(passed: readonly number[]): string {
  if (passed.length <= 3) return passed.join(',');
  const [first, last] = [passed[0] as number, passed.at(-1) as number];
  return `${first}${last - first === passed.length - 1 ? '–' : '…'}${last}`;
}
