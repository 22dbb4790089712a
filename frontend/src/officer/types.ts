/** What `/api/officer` says; names follow the server's schemas. */
import type { Outcome, Priority, UnitKind } from '$lib/types';

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
}

export interface OfficerState {
  unit: { id: string; call_sign: string; kind: UnitKind; name_th: string; name_en: string };
  duty: { on: boolean; since: string | null; shift: { name_th: string; name_en: string } | null };
  assignment: OfficerAssignment | null;
  last_closed: { incident_id: string; number: string | number; title_th: string; title_en: string; outcome: Outcome | null; cleared_at: string | null } | null;
  /** The centre's time. */
  now: string;
}

export type Verb = 'accept' | 'refuse' | 'en-route' | 'on-scene' | 'close';
