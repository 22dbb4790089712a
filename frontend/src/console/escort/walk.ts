/** What the desk makes of a watched walk that became an incident. Pure. */
import type { components } from '$schemas';

export type Alerted = components['schemas']['AlertedOut'];
export type Escort = components['schemas']['EscortOut'];
export type Why = Alerted['why'];
type Step = components['schemas']['TimelineEntry'];

export interface AlertCamera {
  device_id: string;
  name_th: string;
  name_en: string;
  metres: number;
}
export interface Alert {
  walk_id: string;
  why: Why;
  at: string;
  seen_at: string | null;
  battery: number | null;
  ahead: AlertCamera[];
  behind: AlertCamera[];
  unit_th: string;
  unit_en: string;
  /** What was heard of her since: she says she is fine, is heard again, ended. */
  since: Step[];
}

const WHYS: readonly string[] = ['strayed', 'stopped', 'late', 'battery', 'lost', 'duress'];
const AFTER: readonly string[] = ['escort_reassured', 'escort_back', 'escort_ended'];

/** The newest alert of a walk on a timeline; null for any other incident. What is not in its place is left out. */
export function alertOf(timeline: readonly Step[]): Alert | null {
  const at = timeline.map((one) => one.kind).lastIndexOf('escort_alerted');
  const step = timeline[at];
  const facts = step?.facts as Record<string, unknown> | undefined;
  if (!step || !facts || typeof facts['walk_id'] !== 'string' || !WHYS.includes(String(facts['alert']))) return null;
  const text = (name: string) => (typeof facts[name] === 'string' ? (facts[name] as string) : '');
  return {
    walk_id: facts['walk_id'],
    why: facts['alert'] as Why,
    at: step.at,
    seen_at: text('seen_at') || null,
    battery: typeof facts['battery'] === 'number' ? facts['battery'] : null,
    ahead: cameras(facts['ahead']),
    behind: cameras(facts['behind']),
    unit_th: text('unit_th'),
    unit_en: text('unit_en'),
    since: timeline.slice(at + 1).filter((one) => AFTER.includes(one.kind)),
  };
}

function cameras(said: unknown): AlertCamera[] {
  return Array.isArray(said) ? said.filter((one): one is AlertCamera => typeof one?.device_id === 'string' && typeof one?.metres === 'number') : [];
}

/** What to do first, by why she is looked for; duress never rings. */
export function advice(why: Why): readonly ('do.duress.1' | 'do.duress.2' | 'do.duress.3' | 'do.quiet.1' | 'do.quiet.2' | 'do.lost.1' | 'do.lost.2')[] {
  if (why === 'duress') return ['do.duress.1', 'do.duress.2', 'do.duress.3'];
  return why === 'lost' || why === 'battery' ? ['do.lost.1', 'do.lost.2'] : ['do.quiet.1', 'do.quiet.2'];
}

export interface Drawn {
  way: [number, number][];
  trail: [number, number][];
  last: [number, number] | null;
}

/** The trail as it was looked at, with the positions that came since: no further look is needed for those. */
export function grown(known: Drawn, row: Alerted | undefined): Drawn {
  const place = row?.position;
  if (!place) return known;
  const last: [number, number] = [place.lon, place.lat];
  const end = known.trail.at(-1);
  const same = end && end[0] === last[0] && end[1] === last[1];
  return same ? known : { ...known, trail: [...known.trail, last], last };
}
