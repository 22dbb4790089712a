/** The round as a list: what is done, what is next, what is late. Pure: places, plan, visits and the moment are given. */
import { distanceM, type Spot } from '$lib/near';
import type { Mine, OwnVisit, Place, Stop, Told, Waiting, Words } from './types';

/** A visit as this phone knows of it: told, or still waiting; `score` once the centre has answered. */
export interface Seen {
  id: string;
  checkpoint: string;
  at: number;
  waits: boolean;
  score: number | null;
  state: 'proven' | 'doubted' | 'refused' | null;
  late_s: number;
}

export type RowState = 'done' | 'next' | 'later' | 'late' | 'missed';

export interface Row {
  key: string;
  /** Null for a break, and for a place of the plan that is no checkpoint: there the unit's position is all that tells. */
  place: Place | null;
  spot: Spot | null;
  name: { name_th: string; name_en: string };
  why: Words | null;
  /** When the plan wants the unit there, ms; null without a plan. */
  due: number | null;
  minutes: number;
  state: RowState;
  seen: Seen | null;
  /** When this phone was at a place that is no checkpoint, ms. */
  passed: number | null;
  distance_m: number | null;
  /** Where to go now. */
  next: boolean;
}

export const DWELL_LEAST_MIN = 10;
export const DWELL_MOST_MIN = 16;
/** A stop is called late after this, and can be visited so long before. */
const LATE_MS = 15 * 60_000;
const EARLY_MS = 45 * 60_000;
const MISSED_MS = 120 * 60_000;
/** Stops that were due longer ago are not gone back to by themselves. */
const SKIP_MS = 30 * 60_000;
/** So near to a place that is no checkpoint, the phone was there. */
export const THERE_M = 60;
const OWN_MS = 12 * 3_600_000;

/** All visits that this phone knows of, each once, oldest first: the centre's word counts before the phone's. */
export function seenOf(waiting: readonly Waiting[], told: readonly Told[], mine: readonly OwnVisit[]): Seen[] {
  const found = new Map<string, Seen>();
  for (const { deed, aside } of waiting) {
    if (deed.kind === 'visit' && deed.checkpoint && !aside) found.set(deed.id, { id: deed.id, checkpoint: deed.checkpoint, at: deed.at, waits: true, score: null, state: null, late_s: 0 });
  }
  for (const one of told) {
    if (one.kind === 'visit' && one.checkpoint && one.state !== 'fork')
      found.set(one.id, { id: one.id, checkpoint: one.checkpoint, at: one.at, waits: false, score: one.score, state: one.visit_state, late_s: one.late ? (one.late_s ?? 0) : 0 });
  }
  const list = [...found.values()];
  for (const one of mine) {
    const at = Date.parse(one.observed_at);
    const same = list.find((other) => other.checkpoint === one.checkpoint_id && Math.abs(other.at - at) < 1_000);
    // Judged again since: a photograph came, or what was missing before it.
    if (same) Object.assign(same, { score: one.score, state: one.state, waits: false });
    else list.push({ id: one.id, checkpoint: one.checkpoint_id, at, waits: false, score: one.score, state: one.state, late_s: one.late ? one.late_s : 0 });
  }
  return list.sort((a, b) => a.at - b.at);
}

export interface Given {
  places: readonly Place[];
  mine: Mine | null;
  seen: readonly Seen[];
  /** The phone's clock, ms. */
  now: number;
  /** Since when on duty, ms; null while off. */
  since: number | null;
  here: Spot | null;
  /** When this phone was at places of the plan that are no checkpoints, by the stop's key. */
  passed?: Readonly<Record<string, number>>;
}

/** Whether a published round covers this moment (or begins within two hours). */
export const planned = (mine: Mine | null, now: number): boolean =>
  mine?.round !== null && mine?.round !== undefined && !!mine.from_at && !!mine.to_at && now < Date.parse(mine.to_at) && now > Date.parse(mine.from_at) - 2 * 3_600_000;

/** Today's list: the published round in its order, else the checkpoints, unvisited and nearest first. */
export function rowsOf(given: Given): Row[] {
  return planned(given.mine, given.now) ? fromPlan(given) : fromPlaces(given);
}

function fromPlan({ places, mine, seen, now, here, passed = {} }: Given): Row[] {
  const byCode = new Map(places.map((place) => [place.code, place]));
  const begin = Date.parse(mine?.from_at ?? '');
  const free = [...seen];
  const rows = (mine?.round?.stops ?? []).map((stop, n): Row => {
    const key = stopKey(mine, n);
    const place = stop.place === null ? null : (byCode.get(stop.place) ?? null);
    const spot = place ?? (stop.why === 'break' || stop.lon === null || stop.lat === null ? null : { lon: stop.lon, lat: stop.lat });
    const due = begin + stop.at_s * 1000;
    const at = free.findIndex((one) => one.checkpoint === place?.id && inTime(one.at, due));
    const visit = at < 0 ? null : (free.splice(at, 1)[0] ?? null);
    const went = place ? null : (passed[key] ?? null);
    return { key, place, spot, name: nameOf(stop, place), why: { code: stop.why, ...stop.words }, due, minutes: stop.minutes, state: stateOf(visit !== null || went !== null, spot, due, stop.minutes, now), seen: visit, passed: went, distance_m: away(here, spot), next: false };
  });
  const open = rows.filter((row) => row.spot && (row.state === 'late' || row.state === 'later'));
  // What is long overdue keeps its mark; the round goes on from here.
  const next = open.find((row) => (row.due ?? 0) >= now - SKIP_MS) ?? open.at(-1);
  if (next) Object.assign(next, { next: true, state: next.state === 'later' ? 'next' : next.state });
  return rows;
}

/** Whether a moment can be the visit of a stop that is due at `due`. */
export const inTime = (at: number, due: number): boolean => at >= due - EARLY_MS && at < due + MISSED_MS;
/** A stop's name on this phone. */
export const stopKey = (mine: Mine | null, n: number): string => `${mine?.plan_id ?? ''}.${mine?.version ?? 0}.${n}`;

function stateOf(done: boolean, spot: Spot | null, due: number, minutes: number, now: number): RowState {
  if (done || (!spot && now > due + minutes * 60_000)) return 'done';
  if (!spot) return 'later';
  return now > due + MISSED_MS ? 'missed' : now > due + LATE_MS ? 'late' : 'later';
}

const nameOf = (stop: Stop, place: Place | null): Row['name'] => (place ? { name_th: place.name_th, name_en: place.name_en || place.name_th } : { name_th: stop.name.th, name_en: stop.name.en });

function fromPlaces({ places, seen, now, since, here }: Given): Row[] {
  const from = since ?? now - OWN_MS;
  const rows = places.map((place): Row => {
    const visit = seen.findLast((one) => one.checkpoint === place.id && one.at >= from) ?? null;
    const name = { name_th: place.name_th, name_en: place.name_en || place.name_th };
    return { key: place.id, place, spot: place, name, why: null, due: null, minutes: DWELL_LEAST_MIN, state: visit ? 'done' : 'later', seen: visit, passed: null, distance_m: away(here, place), next: false };
  });
  rows.sort((a, b) => Number(a.state === 'done') - Number(b.state === 'done') || (a.distance_m ?? 0) - (b.distance_m ?? 0) || (a.place?.code ?? '').localeCompare(b.place?.code ?? ''));
  const [first] = rows;
  if (first && first.state === 'later') Object.assign(first, { state: 'next', next: true });
  return rows;
}

const away = (here: Spot | null, place: Spot | null): number | null => (here && place ? distanceM(here, place) : null);

/** The row to go to. */
export const nextOf = (rows: readonly Row[]): Row | null => rows.find((row) => row.next) ?? null;

/** How late, in minutes below two hours and hours and minutes above. */
export function lateText(seconds: number, locale: 'th' | 'en'): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  const [h, m] = locale === 'th' ? ['ชม.', 'นาที'] : ['h', 'min'];
  if (minutes < 120) return `${minutes} ${m}`;
  return minutes % 60 === 0 ? `${minutes / 60} ${h}` : `${Math.floor(minutes / 60)} ${h} ${minutes % 60} ${m}`;
}

export type Dwell = { step: 'short' | 'enough' | 'long'; left_s: number };

/** How long the unit has stayed, and how long until it is enough (10 minutes, or what the plan asks for; 16 at most). */
export function dwellOf(since: number, now: number, minutes: number): Dwell {
  const least = Math.min(Math.max(minutes, DWELL_LEAST_MIN), DWELL_MOST_MIN) * 60;
  const stayed = (now - since) / 1000;
  if (stayed < least) return { step: 'short', left_s: Math.ceil(least - Math.max(0, stayed)) };
  return { step: stayed > DWELL_MOST_MIN * 60 ? 'long' : 'enough', left_s: 0 };
}
