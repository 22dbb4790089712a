/** Junctions as they cross the wire, and what the page makes of them. Pure. */
import type { components } from '$schemas';

type Schemas = components['schemas'];
export type Junction = Schemas['JunctionOut'];
export type Live = Schemas['JunctionLiveOut'];
export type Detail = Schemas['JunctionDetailOut'];
export type JunctionFile = Schemas['JunctionFile'];
export type Comparison = Schemas['JunctionComparisonOut'];
export type Mode = Junction['mode'];
export type Colour = 'green' | 'yellow' | 'red';

/** Shape beside the word, so that no mode is told by colour alone. */
export const MODES: Record<Mode, string> = { off: '—', shadow: '◔', pattern: '◑', control: '◉', local: '▣' };
export const WHYS = ['min_green', 'nobody_waits', 'still_flowing', 'queue_longer', 'waited_long', 'max_green', 'keeps', 'changes', 'waited', 'clears', 'green_way_clears', 'green_way_holds', 'green_way_recovers'] as const;
export const NOTES = ['registered', 'changed', 'removed', 'mode_off', 'mode_shadow', 'mode_pattern', 'mode_control', 'mode_local', 'stale', 'fresh', 'plant_trouble', 'plant_back', 'green_way_began', 'green_way_ended', 'green_way_would'] as const;
/** What can be wrong with a controller (`picture.alerts.kinds.signals`). */
export const TROUBLES = ['signals_street_conflict', 'signals_flashing', 'signals_set_ignored', 'signals_timing_changed', 'signals_backup_time', 'signals_no_answer', 'signals_plant_silent', 'signals_manual', 'signals_preempted', 'signals_time_leapt', 'signals_clock_unusable', 'signals_wish_stale'] as const;
/** With these nobody knows what the controller does: the line is to be looked at. */
export const UNREACHED: readonly string[] = ['signals_no_answer', 'signals_plant_silent'];
/** After so many seconds what is shown is old: the process tells each second. */
export const OLD_S = 5;
/** Below so many changes nothing is said (`signals.rules.comparing`). */
export const LEAST_CHANGES = 20;

/** The keys of the lanes that may go in a phase. */
export function lanesGoing(file: JunctionFile, phase: number | null): ReadonlySet<string> {
  const state = phase === null ? undefined : file.phases[phase]?.state;
  if (!state) return new Set();
  return new Set(file.links.filter((one) => !one.pedestrian && 'Gg'.includes(state[one.signal] ?? 'r')).map((one) => one.from_lane));
}

/** What may be shown of a state: a phase that was heard of too long ago is not known any more, though lanes still are. */
export function knownOf(live: Live): Live {
  const fresh = live.phase_age_s !== null && live.phase_age_s <= OLD_S;
  return fresh ? live : { ...live, phase: null, colour: null };
}

/** What a lane's lamp shows; null where nobody knows. */
export function lampOf(file: JunctionFile, live: Live | null, lane: string): Colour | null {
  if (!live || live.phase === null || live.colour === null) return null;
  return lanesGoing(file, live.phase).has(lane) ? live.colour : 'red';
}

/** How sure today's comparison is: its sign is said only where the whole interval has it. */
export function verdict(one: Comparison | null): 'unsaid' | 'saves' | 'costs' | 'unclear' {
  if (!one) return 'unsaid';
  return one.low_min > 0 ? 'saves' : one.high_min < 0 ? 'costs' : 'unclear';
}

/** Vehicles by approach of a day, in the file's order. */
export function byApproach(detail: Detail): { key: string; car: number; motorcycle: number; heavy: number; share: number | null }[] {
  return (detail.junction.file.approaches ?? []).map(({ key }) => {
    const rows = detail.flow.filter((one) => one.approach === key);
    const sum = (of: 'car' | 'motorcycle' | 'heavy' | 'counted_s' | 'whole_s') => rows.reduce((all, one) => all + one[of], 0);
    return { key, car: sum('car'), motorcycle: sum('motorcycle'), heavy: sum('heavy'), share: rows.length ? Math.min(1, sum('counted_s') / Math.max(1, sum('whole_s'))) : null };
  });
}

/** A place so many metres from another, in a direction from north. */
export function ahead(from: { lon: number; lat: number }, bearing_deg: number, metres: number): { lon: number; lat: number } {
  const turn = (bearing_deg * Math.PI) / 180;
  const perLat = 111_195;
  return { lon: from.lon + (Math.sin(turn) * metres) / (perLat * Math.cos((from.lat * Math.PI) / 180)), lat: from.lat + (Math.cos(turn) * metres) / perLat };
}
