/** The roster as the page needs it: days of a week, what lies in a cell, gaps in words, what puts a plan back. Pure. */
import type { components } from '$schemas';
import { dayAfter } from '../parts/dates';

type Schemas = components['schemas'];
export type Planned = Schemas['RosterUnitOut'];
export type Hand = Schemas['HandOut'];
export type Member = Schemas['PlannedMemberOut'];
export type Gap = Schemas['RosterGapOut'];
export type Line = Member['line'];

export const LINES: readonly Line[] = ['prevention', 'traffic', 'investigation', 'inquiry', 'administration'];
export const CREW_MOST = 12;

export const weekday = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay();
/** The Monday on or before a day. */
export const monday = (day: string): string => dayAfter(day, -((weekday(day) + 6) % 7));
export const daysFrom = (since: string, count: number): string[] => Array.from({ length: count }, (_, step) => dayAfter(since, step));

export const inCell = (rows: readonly Planned[], day: string, shift: string): Planned[] => rows.filter((row) => row.day === day && row.shift_id === shift);
export const sign = (row: Planned): string => row.call_sign || row.unit_sign;
export const path = (row: Pick<Planned, 'day' | 'shift_id' | 'unit_id'>): string => `/api/roster/${row.day}/${row.shift_id}/${row.unit_id}`;

/** The body that puts a plan as it was. */
export function bodyOf(row: Pick<Planned, 'call_sign' | 'vehicle' | 'registration' | 'beat' | 'note'> & { crew: readonly Pick<Member, 'account_id' | 'line'>[] }): Record<string, unknown> {
  const { call_sign, vehicle, registration, beat, note, crew } = row;
  return { call_sign, vehicle, registration, beat, note, crew: crew.map(({ account_id, line }) => ({ account_id, line })) };
}

/** Each thing that is wrong once: a person planned in two places is wrong in both. */
export function troubled(rows: readonly Planned[]): Planned[] {
  return rows.filter((row) => row.gaps.length > 0);
}

/** The facts of a gap's sentence. */
export function gapFacts(gap: Gap, row: Planned, rows: readonly Planned[], name: (one: Member) => string): { name: string; other: string } {
  const member = row.crew.find((one) => one.account_id === gap.account_id);
  const other = rows.find((one) => one.id === gap.other);
  return { name: member ? name(member) : '–', other: other ? sign(other) : '–' };
}
