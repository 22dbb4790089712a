/** What the routes of the watch list answer. */

export const STATES = ['active', 'waiting', 'approved', 'ended', 'withdrawn'] as const;
export type Asked = (typeof STATES)[number];
export type State = 'proposed' | 'approved' | 'active' | 'ended' | 'withdrawn';

export interface Entry {
  id: string;
  number: number;
  registration: string;
  province: string | null;
  partial: boolean;
  special: boolean;
  plate_th: string;
  plate_en: string;
  vehicle_type: string;
  vehicle_colour: string;
  vehicle_marks: string;
  reason: string;
  legal_basis: string;
  case_number: string;
  requested_by: string;
  instruction: string;
  notify: string;
  valid_from: string;
  valid_until: string;
  state: State;
  pending: Record<string, unknown> | null;
  import_id: string | null;
  proposer_name: string;
  proposed_at: string;
  approver_name: string;
  approved_at: string | null;
  ended_name: string;
  ended_at: string | null;
  ended_why: string;
}
export interface Whole extends Entry {
  history: { at: string; by_name: string; what: string; facts: Record<string, unknown> }[];
  approval: { id: string; state: string; note: string | null; settler_name: string | null; expires_at: string } | null;
}
export interface Page {
  entries: Entry[];
  next: number | null;
}
export interface Summary {
  version: number;
  reads_a_day: number | null;
  counts: Record<string, number>;
}
export interface Checked {
  registration: string;
  province: string | null;
  partial: boolean;
  plate_th: string;
  plate_en: string;
  expected: { share: number; share_most: number; reads_a_day: number | null; a_day: number | null; a_day_most: number | null };
  twins: { id: string; case_number: string; state: string }[];
}
export interface PlateFile {
  id: string;
  name: string;
  state: 'staged' | 'proposed' | 'done' | 'dropped';
  by_name: string;
  at: string;
  total: number;
  accepted: number;
  refused_total: number;
  added: number | null;
}
export interface WholeFile extends PlateFile {
  good_rows: { row: number; plate_th: string; plate_en: string }[];
  refused_rows: { row: number; said: string; th: string; en: string }[];
}
export const WORDS = ['vehicle_type', 'vehicle_colour', 'vehicle_marks', 'reason', 'legal_basis', 'case_number', 'requested_by', 'instruction', 'notify'] as const;
/** The last moment of a day in Bangkok. */
export const endOf = (day: string) => `${day}T23:59:59+07:00`;
/** The day in Bangkok of a moment. */
export const dayOf = (at: string) => new Date(Date.parse(at) + 7 * 3_600_000).toISOString().slice(0, 10);
