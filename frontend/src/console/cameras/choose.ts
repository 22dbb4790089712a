/** Which cameras are shown, in which order, and which are live. Pure. */
import type { MultiPolygon, Polygon, Position } from 'geojson';
import type { components } from '$schemas';
import type { LonLat, Subzone } from '$lib/types';

export type Camera = components['schemas']['CameraOut'];
export type CameraState = components['schemas']['CameraStateOut'];
/** What health found wrong with a picture and is not over. */
export type Ail = components['schemas']['TroubleOut'];
export type Ails = ReadonlyMap<string, readonly Ail[]>;
export type Health = 'live' | 'trouble' | 'unserved';
export interface Choice {
  words: string;
  zone: string;
  point: string;
  owner: string;
  health: '' | Health;
}
export const LIVE_MOST = 9;
export const NONE = '-';
export const everything = (): Choice => ({ words: '', zone: '', point: '', owner: '', health: '' });

/** How a camera of the register stands now: its process tells, or nobody serves it. */
export function healthOf(state: CameraState | undefined, ails: readonly Ail[] = []): Health {
  if (!state) return 'unserved';
  return (state.signal === 'live' || state.signal === 'idle') && !ails.some(({ trouble }) => trouble !== 'clock') ? 'live' : 'trouble';
}

/** What the wall shows at all: what works and can be asked for pictures. */
export const shown = (one: Camera): boolean => one.state === 'working' && one.has_stream && !one.disabled;

function inRing([x, y]: LonLat, ring: readonly Position[]): boolean {
  let inside = false;
  for (let n = 0, before = ring.length - 1; n < ring.length; before = n, n += 1) {
    const [ax, ay] = ring[n] as [number, number];
    const [bx, by] = ring[before] as [number, number];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** Whether a point lies in an area, its holes left out. */
export function inside(at: LonLat, area: Polygon | MultiPolygon): boolean {
  const polygons = area.type === 'Polygon' ? [area.coordinates] : area.coordinates;
  return polygons.some(([outer, ...holes]) => outer !== undefined && inRing(at, outer) && !holes.some((hole) => inRing(at, hole)));
}

export function zoneOf(one: Camera, zones: readonly Subzone[]): string {
  if (one.lon === null || one.lat === null) return NONE;
  const at: LonLat = [one.lon, one.lat];
  const found = zones.find((zone) => inside(at, zone.geometry));
  return found ? String(found.id) : NONE;
}

const plain = (text: string) => text.normalize('NFC').toLowerCase();

export function chosen(cameras: readonly Camera[], states: ReadonlyMap<string, CameraState>, zones: readonly Subzone[], choice: Choice, ails: Ails = new Map()): Camera[] {
  const words = plain(choice.words).split(/\s+/).filter(Boolean);
  return cameras
    .filter(shown)
    .filter((one) => !choice.zone || zoneOf(one, zones) === choice.zone)
    .filter((one) => !choice.point || (one.point?.id ?? NONE) === choice.point)
    .filter((one) => !choice.owner || one.owner_kind === choice.owner)
    .filter((one) => !choice.health || healthOf(states.get(one.id), ails.get(one.id)) === choice.health)
    .filter((one) => {
      const said = plain([one.name_th, one.name_en, one.key, one.owner_name, one.point?.name_th, one.point?.name_en, one.point?.code].join(' '));
      return words.every((word) => said.includes(word));
    })
    .sort((a, b) => a.key.localeCompare(b.key, 'en', { numeric: true }));
}

/** Makes a tile live, or a still again; the one that has been live for longest makes room. */
export function switched(live: readonly string[], id: string, most = LIVE_MOST): string[] {
  if (live.includes(id)) return live.filter((one) => one !== id);
  return [...live, id].slice(-most);
}

/** What may open pictures by itself: a pressed pole everywhere; on a wall of its own whatever else is of the first priority and came without a voice. */
const POLE: ReadonlySet<string> = new Set(['pole']);
const WALL: ReadonlySet<string> = new Set(['pole', 'citizen', 'camera', 'rule', 'device']);
/** So long a wall goes on showing what somebody has taken. */
export const SHOWN_MS = 20 * 60_000;

/**
 * The happenings whose pictures open by themselves: those that nobody has taken, newest first; on a `wall` then those
 * that are being worked on, for a while. Not one that is open beside, or was put away.
 */
export function pressedOf<R extends { id: string; channel: string; state: string; priority: number; opened_at: string }>(rows: readonly R[], away: ReadonlySet<string>, except: string | null, wall: { now: number } | null = null): R[] {
  const newest = (a: R, b: R) => b.opened_at.localeCompare(a.opened_at);
  const own = rows.filter((one) => (wall ? WALL : POLE).has(one.channel) && (one.channel === 'pole' || one.priority === 1) && one.id !== except && !away.has(one.id));
  const waiting = own.filter((one) => one.state === 'new').sort(newest);
  const taken = wall ? own.filter((one) => one.state !== 'new' && one.state !== 'closed' && wall.now - Date.parse(one.opened_at) < SHOWN_MS).sort(newest) : [];
  return [...waiting, ...taken];
}

/**
 * How many columns show all tiles as large as they go, and how wide a tile then is. Where they would become smaller
 * than `least`, they are as many columns as fit and the wall is scrolled: `width` null, they share the row.
 */
export function fitted(count: number, room: { width: number; height: number }, { least, gap, below }: { least: number; gap: number; below: number }): { columns: number; width: number | null } {
  let best = { columns: 1, width: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(count / columns);
    const share = (room.width - gap * (columns - 1)) / columns;
    const tall = (room.height - gap * (rows - 1)) / rows - below;
    const width = Math.floor(Math.min(share, (tall * 16) / 9));
    if (width > best.width) best = { columns, width };
  }
  if (best.width >= least) return best;
  return { columns: Math.max(1, Math.floor((room.width + gap) / (least * 1.25 + gap))), width: null };
}

/** The tile an arrow goes to in a grid of so many columns. */
export function stepped(at: number, key: string, columns: number, count: number): number {
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  const next = at + (by ?? 0);
  return next < 0 || next >= count ? at : next;
}
