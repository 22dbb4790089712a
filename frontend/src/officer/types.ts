/** What `/api/officer` says; names follow the server's schemas. */
import type { Outcome, Priority, UnitKind } from '$lib/types';
import type { components } from '$schemas';

type DutyOut = components['schemas']['DutyOut'];

export interface IncidentSummary {
  id: string;
  number: string | number;
  code: string;
  title_th: string;
  title_en: string;
  priority: Priority;
  lon: number | null;
  lat: number | null;
  place_th: string | null;
  place_en: string | null;
  opened_at: string;
}

export interface OfficerAssignment {
  id: string;
  /** offered → accepted → en_route → on_scene; anything else is over. */
  state: string;
  offered_at: string;
  expires_at: string | null;
  en_route_at: string | null;
  on_scene_at: string | null;
  eta_s: number | null;
  road_m: number | null;
  incident: IncidentSummary;
  /** What was said in the reports, in order. */
  told: string[];
  /** When she asked to cancel; not confirmed. */
  taken_back_at?: string | null;
  /** Where the caller's own page says she is. */
  caller?: { lon: number; lat: number; accuracy_m: number | null; at: string } | null;
}

/** One's duty. A page kept by an older version has only the first three. */
export type Duty = Pick<DutyOut, 'on' | 'since'> & { shift: { name_th: string; name_en: string } | null } & Partial<Omit<DutyOut, 'on' | 'since' | 'shift'>>;

export interface OfficerState {
  unit: { id: string; call_sign: string; kind: UnitKind; name_th: string; name_en: string };
  duty: Duty;
  /** The unit was given an incident that another of its crew answers. */
  called?: boolean;
  assignment: OfficerAssignment | null;
  last_closed: { incident_id: string; number: string | number; title_th: string; title_en: string; outcome: Outcome | null; cleared_at: string | null } | null;
  /** Words of the centre that wait to be read here; a page kept by an older version has none. */
  talk?: { unread: number; last_seq: number; text: string; name: string };
  /** One's own call for help that is open. */
  distress?: { number: string; opened_at: string; acknowledged: boolean; safe: boolean } | null;
  /** The centre's time. */
  now: string;
}

export type Verb = 'accept' | 'refuse' | 'en-route' | 'on-scene' | 'close';
