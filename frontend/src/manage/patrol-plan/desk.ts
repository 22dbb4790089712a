/** What the routes of the patrol desk tell, as these pages use it. */
import type { components } from '$schemas';

type Said = components['schemas'];
export type Request = Said['PatrolRequestOut'];
export type Outcome = Said['RequestOutcomeOut']['state'];
export type Season = Said['PatrolLayerOut'];
export type SeasonChange = Said['LayerChangeOut'];
export type Risk = Said['PatrolRiskOut'];
export type PlaceRisk = Said['PlaceRiskOut'];
export type Before = Said['PatrolRiskBeforeOut'];
export type History = Said['PatrolHistoryOut'];
export type Spread = Said['ConcentrationsOut'];
export type Due = Said['PlanDueOut'];

export const PARTNERS = ['citizen', 'police', 'residents', 'local_government', 'business', 'state_agency', 'media'] as const;
export const BECAME: Record<Outcome, string> = { done: '●', short: '◐', missed: '▲', unknown: '?', unplanned: '○' };

/** A place's name in the language that is read, in the other where there is none. */
export const nameOfPlace = (name: Record<string, string>, locale: 'th' | 'en'): string => (locale === 'en' ? name.en || name.th : name.th || name.en) ?? '';

/** 1290 as 21:30, and back; empty is none. */
export const clockOf = (minutes: number | null): string => (minutes === null ? '' : `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`);
export function minutesOf(clock: string): number | null {
  const found = /^(\d{1,2}):(\d{2})/.exec(clock);
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
}

/** Whether a request is what was looked for: every word in its label, reference or note. */
export function wanted(row: Request, words: string): boolean {
  const all = [row.label, row.reference, row.note, row.place ?? ''].join(' ').toLocaleLowerCase();
  return words.toLocaleLowerCase().split(/\s+/).every((word) => all.includes(word));
}

/** Days since 1970 of a date such as 2026-11-23, to lay things along a line. */
export const dayNumber = (day: string): number => Math.round(Date.parse(`${day}T00:00:00Z`) / 86_400_000);
export const dayAfter = (day: string, by: number): string => new Date(Date.parse(`${day}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);

/** Where a stretch of days lies on a line of days: from and how long, in parts of the line; null beside it. */
export function along(from: string, to: string, first: string, days: number): { left: number; width: number } | null {
  const begin = Math.max(dayNumber(from) - dayNumber(first), 0);
  const end = Math.min(dayNumber(to) - dayNumber(first) + 1, days);
  return end <= begin ? null : { left: begin / days, width: (end - begin) / days };
}
