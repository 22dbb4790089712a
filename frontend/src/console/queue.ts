/** The order of the queue, what must be heard, and finding rows by typing. Pure. */
import { plain } from '$lib/format';
import type { DeviceState, IncidentRow, LiveUnit, Shift, UnitState } from '$lib/types';

/** Nobody has taken it, or every unit that was asked stayed silent. */
export const waits = (row: IncidentRow): boolean => row.state === 'new' || (row.unanswered === true && row.state !== 'closed');

/** By priority; within one, those that wait for a person first; then the oldest, so that rows do not jump. */
export function ordered(rows: Iterable<IncidentRow>): IncidentRow[] {
  return [...rows]
    .filter((row) => row.state !== 'closed')
    .sort((a, b) => a.priority - b.priority || Number(waits(b)) - Number(waits(a)) || a.opened_at.localeCompare(b.opened_at) || a.id.localeCompare(b.id));
}

/** What the room must hear: an alarm until each P1 is taken, one soft note for other new ones. */
export function alarms(rows: Iterable<IncidentRow>): { alarm: boolean; waiting: number } {
  let alarm = false;
  let waiting = 0;
  for (const row of rows) {
    if (!waits(row)) continue;
    waiting += 1;
    alarm ||= row.priority === 1;
  }
  return { alarm, waiting };
}

const UNIT_ORDER: UnitState[] = ['offered', 'en_route', 'on_scene', 'closing', 'free', 'off'];
const collators = new Map<string, Intl.Collator>();
export function collator(locale: string): Intl.Collator {
  let made = collators.get(locale);
  if (!made) collators.set(locale, (made = new Intl.Collator(locale, { numeric: true })));
  return made;
}

export function orderedUnits(units: Iterable<LiveUnit>): LiveUnit[] {
  const by = collator('th');
  return [...units].sort((a, b) => UNIT_ORDER.indexOf(a.state) - UNIT_ORDER.indexOf(b.state) || by.compare(a.call_sign, b.call_sign));
}

const DEVICE_ORDER: DeviceState[] = ['alarm', 'tamper', 'silent', 'trouble', 'low_battery', 'unknown', 'ok'];
export const troubled = (state: DeviceState): boolean => state === 'alarm' || state === 'tamper' || state === 'silent' || state === 'trouble' || state === 'low_battery';
export function deviceRank(state: DeviceState): number {
  return DEVICE_ORDER.indexOf(state);
}

/** The row that typing means: the next one (after `from`, round) with a word that begins so, else one that contains it. -1 for none. */
export function findAhead(texts: readonly string[], typed: string, from: number): number {
  const wanted = plain(typed);
  if (wanted === '' || texts.length === 0) return -1;
  const words = texts.map(plain);
  // A longer word being typed may stay on the row it is at; a first letter moves on.
  const start = wanted.length > 1 ? from : from + 1;
  const round = words.map((_, n) => (Math.max(0, start) + n) % words.length);
  const begins = (text: string) => text.split(/[\s–·()/-]+/).some((word) => word.startsWith(wanted)) || text.startsWith(wanted);
  return round.find((n) => begins(words[n] as string)) ?? round.find((n) => (words[n] as string).includes(wanted)) ?? -1;
}

/** The shift that covers a Bangkok time of day "HH:MM"; shifts may cross midnight. */
export function shiftAt(shifts: readonly Shift[], time: string): Shift | null {
  return shifts.find(({ starts, ends }) => (starts < ends ? starts <= time && time < ends : time >= starts || time < ends)) ?? null;
}
