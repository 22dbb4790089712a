/** What the routes of patrol tell, as this page uses it, and how it is drawn. */
import type { components } from '$schemas';

type Said = components['schemas'];
export const PROOFS = ['qr', 'qr_rotating', 'gps', 'nfc', 'photo'] as const;
export type Proof = (typeof PROOFS)[number];
export type State = 'proven' | 'doubted' | 'refused';

export type Beat = Said['BeatOut'];

export type Checkpoint = Said['CheckpointOut'];

export interface Kind {
  kind: string;
  name_th: string;
  name_en: string;
}

export type Part = Said['PresencePartOut'];

export type Visit = Said['VisitOut'];

export type Refused = Said['PatrolRefusedOut'];

export type Finding = Said['VisitFindingOut'];

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
  channel: '' | 'hand' | 'gateway';
  tries: number;
  next_at: string | null;
  failed_at: string | null;
  failure: string;
  failure_th: string;
  failure_en: string;
}

/** The address that opens the phone's own message with the words ready (RFC 5724); empty where the contact is no number. */
export function smsLink(contact: string, text: string): string {
  const number = contact.replace(/[\s().-]/g, '');
  return /^\+?\d{9,15}$/.test(number) ? `sms:${number}?&body=${encodeURIComponent(text)}` : '';
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
