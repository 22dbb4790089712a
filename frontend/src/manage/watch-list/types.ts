/** What the routes of the watch list answer, as the server describes it. */
import type { components } from '$schemas';

type Said = components['schemas'];
export const STATES = ['active', 'waiting', 'approved', 'ended', 'withdrawn'] as const;
export type Asked = (typeof STATES)[number];
export type Entry = Said['EntryWholeOut'];
/** An entry in the list, with how what waits for a second person was answered. */
export type Listed = Said['ListedOut'];
export type Whole = Said['EntryWholeOut'];
export type Page = Said['PageOut'];
export type Summary = Said['SummaryOut'];
export type Checked = Said['WatchCheckOut'];
export type PlateFile = Said['WatchFileOut'];
export type WholeFile = Said['FileWholeOut'];
export type Recipient = Said['RecipientOut'];
export const WORDS = ['vehicle_type', 'vehicle_colour', 'vehicle_marks', 'reason', 'legal_basis', 'case_number', 'requested_by', 'instruction', 'notify'] as const;
/** The last moment of a day in Bangkok. */
export const endOf = (day: string) => `${day}T23:59:59+07:00`;
/** The day in Bangkok of a moment. */
export const dayOf = (at: string) => new Date(Date.parse(at) + 7 * 3_600_000).toISOString().slice(0, 10);
