/** What the routes of patrol tell, as this page uses it, and how it is drawn. */
import type { components } from '$schemas';

type Said = components['schemas'];
export const PROOFS = ['qr', 'qr_rotating', 'gps', 'nfc', 'photo'] as const;
export type Proof = (typeof PROOFS)[number];
export type State = 'proven' | 'doubted' | 'refused';

export type Beat = Said['BeatOut'];

export interface Checkpoint {
  id: string;
  code: string;
  beat_id: string | null;
  name_th: string;
  name_en: string;
  kind: string;
  lon: number;
  lat: number;
  radius_m: number;
  proofs: Proof[];
  has_tag: boolean;
  owner_name: string;
  owner_contact: string;
  tell_owner: boolean;
  note: string;
  retired: boolean;
  serial: number;
  version: number;
  last_at: string | null;
  last_score: number | null;
  last_state: State | null;
}

export interface Kind {
  kind: string;
  name_th: string;
  name_en: string;
}

export type Part = Said['PresencePartOut'];

export type Visit = Said['VisitOut'];

export type Refused = Said['PatrolRefusedOut'];

export interface Finding {
  id: string;
  what: 'light_out' | 'camera_turned' | 'gathering' | 'vehicle' | 'other';
  text: string;
  candidate: 'works' | 'camera' | 'risk_spot' | 'none';
  incident_id: string | null;
  checkpoint_code: string | null;
  by_th: string;
  by_en: string;
  call_sign: string | null;
  happened_at: string;
  late: boolean;
  late_s: number;
  photos: string[];
  settled_at: string | null;
  settled_by: string;
  settled_note: string;
}

export interface Phone {
  id: string;
  name: string;
  key: string;
  holder_th: string;
  holder_en: string;
  call_sign: string | null;
  registered_at: string;
  revoked_at: string | null;
  revoked_why: string;
  heard_at: string | null;
  offset_s: number | null;
  waiting: number;
}

export interface Message {
  id: string;
  checkpoint_code: string;
  owner_name: string;
  owner_contact: string;
  text_th: string;
  text_en: string;
  made_at: string;
  sent_at: string | null;
  sent_by: string;
}

/** Whether a checkpoint is what was asked for: every word in its code, names, owner or note. */
export function fits(row: Checkpoint, words: string): boolean {
  const all = [row.code, row.name_th, row.name_en, row.owner_name, row.note].join(' ').toLocaleLowerCase();
  return words.toLocaleLowerCase().split(/\s+/).every((word) => all.includes(word));
}

/** How a checkpoint's newest visit looks on the map: within the last day proven is good, doubted warns, older is plain. */
export function tone(row: Checkpoint, now: number): 'plain' | 'good' | 'warn' | 'bad' {
  if (row.retired || !row.last_at) return 'plain';
  if (now - Date.parse(row.last_at) > 86_400_000) return 'plain';
  return row.last_state === 'proven' ? 'good' : 'warn';
}
