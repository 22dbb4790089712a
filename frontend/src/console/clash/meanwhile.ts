/** What a colleague did to an incident between the look and the command, as far as that command would undo or ignore it. */
import type { Incident, IncidentRow, TimelineEntry } from '$lib/types';

/** The commands that overwrite. Acknowledging, notes and marks of the check list add; they cannot clash. */
export type Overwriting = 'priority' | 'code' | 'place' | 'offer' | 'close';
/** An incident as it stood when the operator decided: in full where it was open, else its row. */
export type Seen = Incident | IncidentRow;

const FIELDS: Record<Overwriting, readonly (keyof IncidentRow)[]> = {
  priority: ['priority'],
  code: ['code'],
  place: ['lon', 'lat'],
  offer: [],
  close: ['priority', 'code', 'lon', 'lat', 'report_count'],
};
const KINDS: Record<Overwriting, readonly string[]> = {
  priority: ['priority_set', 'priority_raised'],
  code: ['code_set'],
  place: ['place_set', 'joined', 'merged_from', 'split_out'],
  offer: ['offered', 'offered_by_itself', 'accepted', 'en_route', 'on_scene'],
  close: ['note', 'code_set', 'priority_set', 'place_set', 'joined', 'offered', 'accepted', 'merged_from', 'split_out', 'reopened', 'attached', 'party_added', 'party_changed'],
};
const GOING = ['accepted', 'en_route', 'on_scene'];
const SHOWN = 4;

function differs(verb: Overwriting, seen: Seen, now: Incident): boolean {
  if (verb === 'offer') {
    // While a unit is being asked, the centre itself says so and asks no second one.
    if (now.units.some((one) => one.state === 'offered')) return false;
    return now.units.some((one) => GOING.includes(one.state) && !seen.units.some((before) => before.unit_id === one.unit_id));
  }
  return FIELDS[verb].some((name) => seen[name] !== now[name]);
}

/** The steps by others that the command would run over, newest last; none where it can simply be sent again. */
export function meanwhile(verb: Overwriting, seen: Seen, now: Incident, me: string): TimelineEntry[] {
  const known = 'timeline' in seen ? new Set(seen.timeline.map((one) => one.id)) : null;
  const others = now.timeline.filter((one) => !known?.has(one.id) && one.actor !== me && KINDS[verb].includes(one.kind));
  if (differs(verb, seen, now)) {
    const told = known ? others : others.slice(-1);
    return (told.length ? told : now.timeline.slice(-1)).slice(-SHOWN);
  }
  return verb === 'close' && known ? others.slice(-SHOWN) : [];
}
