/** What the routes of patrol tell and hear, as the round uses it, and what the phone keeps until they have it. */
import type { components } from '$schemas';

type Said = components['schemas'];

export type Place = Said['RoundPlaceOut'];
export type OwnVisit = Said['VisitOut'];
export type OwnPhone = Said['OfficerPhoneOut'];
export type Synced = Said['SyncedOut'];
export type ItemAnswer = Said['CheckAnswerOut'];
export type PhotoAnswer = Said['PatrolPhotoOut'];
export type VisitState = 'proven' | 'doubted' | 'refused';

export const FINDINGS = ['light_out', 'camera_turned', 'gathering', 'vehicle', 'other'] as const;
export type What = (typeof FINDINGS)[number];

/** A stop of the published plan, as far as the phone needs it. */
export interface Stop {
  place: string | null;
  name: { th: string; en: string };
  lon: number | null;
  lat: number | null;
  at_s: number;
  minutes: number;
  why: string;
  words: { th: string; en: string };
}

/** `GET /api/patrol/rounds/mine`. */
export interface Mine {
  plan_id: string | null;
  from_at: string | null;
  to_at: string | null;
  version: number | null;
  round: { unit: string; stops: Stop[] } | null;
}

/** What was done, without its place in any chain: it can be signed anew by another key of the same holder. */
export interface Deed {
  kind: 'visit' | 'finding';
  /** The phone's own id of the thing: the same thing told twice is one. */
  id: string;
  /** When, by the phone's clock, ms; `boot` and `mono` by a clock that nobody sets. */
  at: number;
  boot: string;
  mono: number;
  /** Since when its holder is on duty, by the phone's clock, ms. */
  duty?: number;
  lon?: number;
  lat?: number;
  acc?: number;
  mock?: boolean;
  checkpoint?: string;
  code?: string;
  nfc?: string;
  left?: number;
  photos?: string[];
  what?: What;
  text?: string;
}

/** A deed's place in the chain of a key, with the text that was signed. */
export interface Signed {
  key: string;
  seq: number;
  digest: string;
  body: string;
  sig: string;
}

/** Words in both languages. */
export interface Words {
  code: string;
  th: string;
  en: string;
}

/** What waits to be told. `aside`: the centre did not believe it; its words are kept until they were read. */
export interface Waiting {
  n?: number;
  deed: Deed;
  signed: Signed | null;
  aside: Words | null;
}

/** A key of this phone. `dead` is why it signs nothing any more; `revoked` waits until its holder has seen so. */
export interface PhoneKey {
  key: string;
  pair: CryptoKey;
  spki: string;
  id: string | null;
  seq: number;
  prev: string;
  dead: '' | 'revoked' | 'replaced';
}

/** A photograph on the phone. Its bytes go when the centre has it, or will never have it. */
export interface Photo {
  id: string;
  bytes: ArrayBuffer | null;
  digest: string;
  size: number;
  type: string;
  /** `draft`: of a visit that is going on. */
  state: 'draft' | 'waiting' | 'sent' | 'refused';
  words: Words | null;
}

/** What the centre answered to a deed. */
export interface Told {
  id: string;
  kind: 'visit' | 'finding';
  checkpoint: string | null;
  what: What | null;
  at: number;
  left: number | null;
  told_at: number;
  state: 'accepted' | 'waiting' | 'fork';
  score: number | null;
  visit_state: VisitState | null;
  late: boolean;
  late_s: number | null;
  words: Words | null;
  read: boolean;
}

/** A visit that is going on: written as a deed when the unit leaves. */
export interface Running {
  id: string;
  place: Place;
  at: number;
  boot: string;
  mono: number;
  duty: number | null;
  /** The best position while there. */
  lon: number | null;
  lat: number | null;
  acc: number | null;
  mock: boolean;
  code: string;
  nfc: string;
  photos: string[];
  /** Minutes that the plan asks for. */
  minutes: number;
}
