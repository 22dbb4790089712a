/** A walk as the phone knows it: the way, where she is on it, what the centre asks. Pure; moments are ms since 1970. */
import { distanceM, type Plane, type Spot } from '$lib/near';
import type { components } from '$schemas';

type Schemas = components['schemas'];
export type Way = Schemas['WayOut'];
export type Street = Way['streets'][number];
export type Stands = Schemas['WalkOut'];
export type Why = NonNullable<Stands['check']>['why'];

/** Somewhere to walk to; a spot of the map has a name of ours. */
export interface Goal extends Spot {
  type: 'street' | 'place' | 'community' | 'home' | 'spot';
  name_th: string;
  name_en: string;
}

export interface Link {
  id: string;
  /** Told once by the centre and kept here, so that it can be copied again. */
  token: string;
  expiresAt: number;
}

export interface Check {
  why: Why;
  /** As the centre said it: names the question. */
  asked: string;
  askedAt: number;
  answerS: number;
}

export interface Walk {
  id: string;
  token: string;
  goal: Goal;
  way: Way;
  wayNo: number;
  state: 'begun' | 'walking' | 'asked' | 'ended';
  check: Check | null;
  /** The question she has answered here: a late word of the centre must not put it again. */
  answered: string | null;
  beganAt: number;
  expectedAt: number;
  endedAt: number | null;
  /** How far the centre's clock is ahead of this phone's, ms. */
  ahead: number;
  links: Link[];
}

/** Metres a second of the times that are told: 5 km/h. */
const WALK_MPS = 5 / 3.6;
/** What was walked is forgotten by the phone as it is by the centre. */
export const FORGET_MS = 24 * 3_600_000;
const LONGEST_MS = 6 * 3_600_000;
/** After the end the phone goes on telling for so long, whatever was said at the end: see the page's own words. */
export const AFTER_MS = 15 * 60_000;

export function began(told: { id: string; token: string; expected_at: string; way: Way }, goal: Goal, now: number, ahead: number): Walk {
  return { id: told.id, token: told.token, goal, way: told.way, wayNo: 0, state: 'begun', check: null, answered: null, beganAt: now, expectedAt: Date.parse(told.expected_at), endedAt: null, ahead, links: [] };
}

/** Take in how the walk stands. What she did here counts more than an answer that was on its way before. */
export function heard(walk: Walk, stands: Stands, now: number, ahead = walk.ahead): Walk {
  if (walk.state === 'ended') return walk;
  const next = { ...walk, ahead, expectedAt: Date.parse(stands.expected_at) };
  if (stands.state === 'ended') return { ...next, state: 'ended', check: null, endedAt: now };
  if (!stands.check || stands.check.asked_at === walk.answered) return { ...next, state: stands.state === 'begun' ? 'begun' : 'walking', check: null };
  const { why, asked_at, answer_s } = stands.check;
  return { ...next, state: 'asked', check: { why, asked: asked_at, askedAt: Date.parse(asked_at), answerS: answer_s } };
}

/** She said something, whatever it was: the question is gone from her page. */
export function answered(walk: Walk): Walk {
  if (walk.state === 'ended') return walk;
  return { ...walk, state: walk.state === 'begun' ? 'begun' : 'walking', check: null, answered: walk.check?.asked ?? walk.answered };
}

export function ended(walk: Walk, now: number): Walk {
  return walk.state === 'ended' ? walk : { ...walk, state: 'ended', check: null, endedAt: now };
}

/** Whole seconds left to answer, by the centre's clock; never more than there were, 0 when over. */
export function answerLeft(walk: Walk, now: number): number {
  if (!walk.check) return 0;
  const since = (now + walk.ahead - walk.check.askedAt) / 1_000;
  return Math.max(0, Math.min(walk.check.answerS, Math.ceil(walk.check.answerS - since)));
}

/** Is the phone to tell where it is? While she walks, and a while after the end, the same for every end. */
export function tells(walk: Walk | null, now: number): boolean {
  if (!walk || Math.abs(now - walk.beganAt) > LONGEST_MS) return false;
  return walk.endedAt === null || (now - walk.endedAt < AFTER_MS && now >= walk.endedAt);
}

// ── where she is on her way ─────────────────────────────────────────────────────────────────────────

export const spots = (way: Way): Spot[] => way.points.map(([lon, lat]) => ({ lon, lat }));

/** The streets of a way, each with its own line. */
export function stretches(way: Way): { street: Street; points: Spot[] }[] {
  const all = spots(way);
  let from = 0;
  return way.streets.map((street) => {
    const points = all.slice(from, street.until + 1);
    from = street.until;
    return { street, points };
  });
}

export interface Along {
  /** Metres from the way's beginning, of its whole length, and off it. */
  at: number;
  of: number;
  off: number;
}

/** The point of a line nearest to a spot. */
export function along(line: readonly Spot[], spot: Spot): Along {
  const perLat = 111_195;
  const perLon = perLat * Math.cos((spot.lat * Math.PI) / 180);
  const flat = line.map((one): [number, number] => [(one.lon - spot.lon) * perLon, (one.lat - spot.lat) * perLat]);
  let best = { at: 0, off: flat[0] ? Math.hypot(...flat[0]) : 0 };
  let of = 0;
  for (let n = 1; n < flat.length; n += 1) {
    const [ax, ay] = flat[n - 1] ?? [0, 0];
    const [bx, by] = flat[n] ?? [0, 0];
    const length = Math.hypot(bx - ax, by - ay);
    const share = length === 0 ? 0 : Math.min(1, Math.max(0, -(ax * (bx - ax) + ay * (by - ay)) / length ** 2));
    const off = Math.hypot(ax + share * (bx - ax), ay + share * (by - ay));
    if (off < best.off) best = { at: of + share * length, off };
    of += length;
  }
  return { ...best, of };
}

export interface Ahead {
  here: Street;
  /** The next stretch that has another name, and how far it is; null on the last one. */
  next: Street | null;
  metres: number;
  left: number;
  seconds: number;
  off: number;
}

const sameName = (a: Street, b: Street): boolean => a.name_th === b.name_th && a.name_en === b.name_en;

/** What lies before her; null where the way has no streets. */
export function ahead(way: Way, spot: Spot): Ahead | null {
  const parts = stretches(way);
  const { at, of, off } = along(spots(way), spot);
  const left = Math.max(0, of - at);
  let end = 0;
  let here: Street | null = null;
  for (const { street, points } of parts) {
    end += points.slice(1).reduce((sum, point, n) => sum + distanceM(points[n] ?? point, point), 0);
    if (!here) {
      if (at < end - 0.5 || street === parts.at(-1)?.street) here = street;
      else continue;
    }
    const next = parts[parts.findIndex((one) => one.street === street) + 1]?.street ?? null;
    if (!next || !sameName(next, here)) return { here, next, metres: Math.max(0, end - at), left, seconds: left / WALK_MPS, off };
  }
  return null;
}

// ── ease ────────────────────────────────────────────────────────────────────────────────────────────

export type Kind = 'good' | 'some' | 'unknown' | 'poor';
/** From the best to what is known to lack most; the order of the legend. */
export const KINDS: readonly Kind[] = ['good', 'some', 'unknown', 'poor'];

/** What a figure means: what is not known is neither good nor poor. */
export function kindOf(one: { ease: number; at_most: number }): Kind {
  if (one.ease >= 0.5) return 'good';
  if (one.ease >= 0.25) return 'some';
  return one.at_most >= 0.5 ? 'unknown' : 'poor';
}

export const percent = (share: number): number => Math.round(share * 100);

// ── hours ───────────────────────────────────────────────────────────────────────────────────────────

const DAY_MS = 24 * 3_600_000;
const BANGKOK_MS = 7 * 3_600_000;

/** When it is "22:00" next in Bangkok; null where that is no hour. */
export function nextAt(hour: string, now: number): number | null {
  const said = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(hour);
  if (!said) return null;
  const midnight = Math.floor((now + BANGKOK_MS) / DAY_MS) * DAY_MS - BANGKOK_MS;
  const at = midnight + (Number(said[1]) * 60 + Number(said[2])) * 60_000;
  return at <= now ? at + DAY_MS : at;
}

// ── words ───────────────────────────────────────────────────────────────────────────────────────────

export const WORD_MOST = 40;
const SIGNS = 80;
const BYTES = 160;

/**
 * An answer as it goes out: every one has as many letters and bytes as every other, a plain tap too, so that the length
 * tells nothing. The centre counts no spaces.
 */
export function padded(word: string): string {
  const said = [...word.trim()].slice(0, WORD_MOST).join('');
  const room = SIGNS - said.length;
  const bytes = BYTES - new TextEncoder().encode(said).length;
  const wide = Math.max(0, Math.floor((bytes - room) / 2));
  const narrow = room - wide;
  const rest = bytes - wide * 3 - narrow;
  return said + '\u3000'.repeat(wide) + (rest === 1 && narrow > 0 ? `\u00a0${' '.repeat(narrow - 1)}` : ' '.repeat(narrow));
}

// ── what the phone keeps ────────────────────────────────────────────────────────────────────────────

/** Read what an earlier page left; junk and the long past are nothing. */
export function recall(text: string | null, now: number): Walk | null {
  let kept: Partial<Walk> | null;
  try {
    kept = text ? (JSON.parse(text) as Partial<Walk> | null) : null;
  } catch {
    return null;
  }
  if (!kept || typeof kept.id !== 'string' || typeof kept.token !== 'string' || typeof kept.beganAt !== 'number') return null;
  if (!kept.goal || !Array.isArray(kept.way?.points) || !Array.isArray(kept.way.streets) || typeof kept.expectedAt !== 'number') return null;
  if (Math.abs(now - kept.beganAt) > FORGET_MS) return null;
  const unsaid = { wayNo: 0, state: 'begun', check: null, answered: null, endedAt: null, ahead: 0, links: [] } as const;
  const walk = { ...unsaid, ...kept } as Walk;
  // Nobody watches a walk longer than that.
  return walk.state !== 'ended' && Math.abs(now - walk.beganAt) > LONGEST_MS ? ended(walk, now) : walk;
}

const RECENT_MOST = 4;
const SAME_M = 25;

/** The places of before with this one first. */
export function remember(before: readonly Goal[], goal: Goal): Goal[] {
  const others = before.filter((one) => one.name_th !== goal.name_th || distanceM(one, goal) > SAME_M);
  return [goal, ...others].slice(0, RECENT_MOST);
}

export function recallGoals(text: string | null): Goal[] {
  try {
    const kept: unknown = text ? JSON.parse(text) : [];
    return Array.isArray(kept) ? kept.filter(isGoal).slice(0, RECENT_MOST) : [];
  } catch {
    return [];
  }
}

function isGoal(one: unknown): one is Goal {
  const goal = one as Partial<Goal> | null;
  return typeof goal?.name_th === 'string' && typeof goal.lon === 'number' && typeof goal.lat === 'number' && typeof goal.type === 'string';
}

/** Where in the world a place of the picture is. */
export function spotAt(on: Plane, x: number, y: number, near: Spot): Spot {
  const step = 0.001;
  const [x0, y0] = on.at(near);
  const [x1] = on.at({ lon: near.lon + step, lat: near.lat });
  const [, y1] = on.at({ lon: near.lon, lat: near.lat + step });
  return { lon: near.lon + ((x - x0) / (x1 - x0)) * step, lat: near.lat + ((y - y0) / (y1 - y0)) * step };
}
