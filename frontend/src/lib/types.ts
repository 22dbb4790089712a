/** What crosses the wire, by hand until `make client` writes api.d.ts; names follow the server's schemas. */
import type { FeatureCollection, LineString, Polygon, MultiPolygon } from 'geojson';

export type Priority = 1 | 2 | 3;
export type IncidentState = 'new' | 'acknowledged' | 'assigned' | 'en_route' | 'on_scene' | 'closed';
export type Outcome = 'resolved' | 'false_alarm' | 'cancelled' | 'handed_over' | 'no_trace';
export type UnitState = 'free' | 'offered' | 'en_route' | 'on_scene' | 'closing' | 'off';
export type UnitKind = 'car' | 'motorcycle' | 'foot' | 'volunteer';
export type DeviceState = 'ok' | 'silent' | 'alarm' | 'tamper' | 'low_battery' | 'unknown';
export type LonLat = [number, number];

export interface Info {
  name: string;
  version: string;
  station: { id: number; name_th: string; name_en: string } | null;
  zone: { name_th: string; name_en: string; fictional: boolean } | null;
  phone: string;
}

export interface Session {
  account_id: string;
  username: string;
  name_th: string;
  name_en: string;
  roles: string[];
  rights: string[];
  station: { id: number; code: string; name_th: string; name_en: string } | null;
  unit_id: string | null;
  must_change_password: boolean;
  locale: string | null;
}

export interface Subzone {
  id: string;
  kind: 'economic' | 'risk' | 'landmark';
  name_th: string;
  name_en: string;
  geometry: Polygon | MultiPolygon;
  reason_th: string | null;
}
export interface Community { id: string; name_th: string; name_en: string; lon: number; lat: number; households: number | null; population: number | null }
export interface Place { id: string; kind: string; name_th: string; name_en: string; lon: number; lat: number }
export interface Zone {
  station: { id: number; code?: string; name_th: string; name_en: string; lon: number | null; lat: number | null };
  zone: { id: string; name_th: string; name_en: string; fictional: boolean; area_m2: number; geometry: Polygon | MultiPolygon; centre: LonLat } | null;
  subzones: Subzone[];
  communities: Community[];
  places: Place[];
  /** Parks, water and the like, where somebody imported them. */
  land?: { kind: string; name_th: string; name_en: string; geometry: Polygon | MultiPolygon }[];
}
export interface StreetProperties { id: number; name_th: string | null; name_en: string | null; class: 'main' | 'collector' | 'soi' | 'footpath'; oneway: boolean; lit: boolean | null }
export type Streets = FeatureCollection<LineString, StreetProperties>;

export interface Device {
  id: string;
  key: string;
  kind: string;
  name_th: string;
  name_en: string;
  owner_kind: string;
  owner_name: string | null;
  lon: number | null;
  lat: number | null;
  mark: number;
  unit_id: string | null;
}

export interface Found { type: 'place' | 'street' | 'device' | 'community'; id: string | number; name_th: string; name_en: string; lon: number; lat: number }
export interface Address { text_th: string; text_en: string; inside_zone: boolean; [more: string]: unknown }
export interface EventCode { code: string; th: string; en: string; priority: Priority; group?: string; radio?: string | null; compatible: string[] }

export interface IncidentUnit { unit_id: string; call_sign: string; state: string }
export interface IncidentRow {
  id: string;
  number: string | number;
  code: string;
  title_th: string;
  title_en: string;
  priority: Priority;
  state: IncidentState;
  channel: string;
  lon: number | null;
  lat: number | null;
  place_th: string | null;
  place_en: string | null;
  opened_at: string;
  acknowledged_at: string | null;
  assigned_at: string | null;
  arrived_at: string | null;
  closed_at: string | null;
  outcome: Outcome | null;
  report_count: number;
  units: IncidentUnit[];
  accuracy_m?: number | null;
  /** No unit answered: an operator must act now. */
  unanswered?: boolean;
  /** Who calls cannot speak: do not ring back. */
  silent?: boolean;
  merged_into?: string | null;
  version: number;
}
export interface Report {
  id: string;
  channel: string;
  kind: string;
  observed_at: string;
  received_at: string;
  lon: number | null;
  lat: number | null;
  accuracy_m: number | null;
  text: string | null;
  caller: { name: string | null; phone: string | null } | null;
  device_key: string | null;
  code?: string;
  place_text?: string;
  silent?: boolean;
}
export interface Assignment {
  id: string;
  unit_id: string;
  call_sign: string;
  state: string;
  offered_at: string;
  answered_at: string | null;
  expires_at: string | null;
  en_route_at: string | null;
  on_scene_at: string | null;
  cleared_at: string | null;
  eta_s: number | null;
  road_m?: number | null;
  reason: string | null;
  by_itself?: boolean;
}
export interface TimelineEntry { id: string; at: string; actor: string; kind: string; text_th: string; text_en: string; facts: Record<string, unknown> }
export interface Incident extends IncidentRow {
  reports: Report[];
  assignments: Assignment[];
  timeline: TimelineEntry[];
  nearest_cameras: { device_id: string; name_th: string; name_en?: string; distance_m: number }[];
}
export interface Proposal {
  unit_id: string;
  call_sign: string;
  kind: UnitKind;
  state: UnitState;
  road_m: number | null;
  eta_s: number | null;
  load: number;
  fits: boolean;
  reasons_th: string[];
  reasons_en: string[];
}
export interface Unit { id: string; call_sign: string; kind: UnitKind; name_th: string; name_en: string; capabilities: string[]; mark: number; on_duty: boolean; state: UnitState; shift: unknown }

export interface LiveUnit {
  unit_id: string;
  mark: number;
  call_sign: string;
  kind: UnitKind;
  state: UnitState;
  lon: number | null;
  lat: number | null;
  heading: number | null;
  speed_mps: number | null;
  observed_at: string | null;
  incident_id: string | null;
  mock: boolean;
}
export interface LiveDevice { device_id: string; key: string; kind: string; state: DeviceState; battery: number | null; last_seen_at: string | null; refusals: number }
export interface Shift { id: string; name_th: string; name_en: string; starts: string; ends: string }
export interface StripEntry { number?: string; at: string; kind: string; priority: Priority | null; incident_id: string | null; text_th: string; text_en: string }

export interface Snapshot { type: 'snapshot'; seq: number; now: string; station: number; incidents: IncidentRow[]; units: LiveUnit[]; devices: LiveDevice[]; strip: StripEntry[] }
export interface Delta { type: 'delta'; seq: number; now: string; incidents?: IncidentRow[]; units?: LiveUnit[]; devices?: LiveDevice[]; strip?: StripEntry[]; gone?: { incidents?: string[] } }
export interface Tick { type: 'tick'; seq: number; now: string; core: 'ok' | 'lost'; since: string | null }
export type LiveText = Snapshot | Delta | Tick;
