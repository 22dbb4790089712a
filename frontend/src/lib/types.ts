/**
 * What crosses the wire, under short names. The shapes come from the server's own schemas (`api.d.ts`, written by
 * `make client`); here only numbers and geometries are named more narrowly. The live feed, which OpenAPI does not
 * cover, is written out.
 */
import type { FeatureCollection, LineString, MultiPolygon, Polygon } from 'geojson';
import type { components } from '$schemas';

type Schemas = components['schemas'];
type Narrowed<T, N> = Omit<T, keyof N> & N;
type Area = Polygon | MultiPolygon;

export type Priority = 1 | 2 | 3;
export type LonLat = [number, number];
export type IncidentState = Schemas['IncidentRow']['state'];
export type Outcome = NonNullable<Schemas['IncidentRow']['outcome']>;
export type UnitKind = Schemas['UnitOut']['kind'];
export type UnitState = Schemas['UnitOut']['work'] | 'off';
export type DeviceState = 'ok' | 'silent' | 'alarm' | 'tamper' | 'trouble' | 'low_battery' | 'unknown';

/** `GET /api/info`: public, before any sign-in. */
export interface Info {
  name: string;
  version: string;
  station: { id: number; name_th: string; name_en: string } | null;
  zone: { name_th: string; name_en: string; fictional: boolean } | null;
  phone: string;
}

export type Session = Schemas['SessionOut'];
export type Enrolment = Schemas['EnrolmentOut'];
export type Recovery = Schemas['RecoveryOut'];
export type Factor = Schemas['FactorOut'];
export type SessionRow = Schemas['SessionRowOut'];
export type KnownPhone = Schemas['PhoneOut'];
export type Attention = Schemas['AttentionOut'];
export type OpenBreakGlass = Schemas['OpenBreakGlassOut'];
export type BreakGlass = Schemas['BreakGlassOut'];
export type Approval = Schemas['ApprovalOut'];
export type AuditRow = Schemas['AuditRowOut'];
export type AuditPage = Schemas['AuditPageOut'];
export type Policy = Schemas['PolicyOut'];
export type GuardedAction = Schemas['ActionOut'];
export type Subzone = Narrowed<Schemas['SubZoneOut'], { geometry: Area }>;
export type Community = Schemas['CommunityOut'];
export type Place = Schemas['PlaceOut'];
export type Zone = Narrowed<
  Schemas['TerritoryOut'],
  { zone: Narrowed<Schemas['ZoneOut'], { geometry: Area }> | null; subzones: Subzone[]; land: Narrowed<Schemas['LandOut'], { geometry: Area }>[] }
>;
/** `GET /api/streets`. */
export interface StreetProperties {
  id: number;
  name_th: string | null;
  name_en: string | null;
  class: 'main' | 'collector' | 'soi' | 'footpath' | 'unclassified';
  oneway: boolean;
  lit: boolean | null;
}
export type Streets = FeatureCollection<LineString, StreetProperties>;

export type Device = Schemas['DeviceOut'];
export type DeviceNow = Schemas['DeviceNowOut'];
export type Found = Schemas['HitOut'];
export type Address = Schemas['AddressOut'];
export type EventCode = Narrowed<Schemas['EventCodeOut'], { priority: Priority }>;
export type Unit = Schemas['UnitOut'];
export type Shift = Schemas['ShiftOut'];

export type IncidentUnit = Schemas['UnitState'];
export type IncidentRow = Narrowed<Schemas['IncidentRow'], { priority: Priority }>;
export type Incident = Narrowed<Schemas['Incident'], { priority: Priority }>;
export type Report = Schemas['ReportOut'];
export type Assignment = Schemas['AssignmentOut'];
export type TimelineEntry = Schemas['TimelineEntry'];
export type Proposal = Schemas['ProposalOut'];

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
  /** 0–1. */
  battery?: number | null;
}
export interface LiveDevice {
  device_id: string;
  key: string;
  kind: string;
  state: DeviceState;
  battery: number | null;
  last_seen_at: string | null;
  /** How far its clock is off, in seconds; positive is ahead. */
  clock_off_s?: number | null;
  refusals: number;
}
export interface StripEntry {
  at: string;
  kind: string;
  priority: Priority | null;
  incident_id: string | null;
  number?: string;
  text_th: string;
  text_en: string;
}

export interface Snapshot { type: 'snapshot'; seq: number; now: string; station: number; incidents: IncidentRow[]; units: LiveUnit[]; devices: LiveDevice[]; strip: StripEntry[] }
export interface Delta { type: 'delta'; seq: number; now: string; incidents?: IncidentRow[]; units?: LiveUnit[]; devices?: LiveDevice[]; strip?: StripEntry[]; gone?: { incidents?: string[] } }
export interface Tick { type: 'tick'; seq: number; now: string; core: 'ok' | 'lost'; since: string | null; why?: 'disc' | 'stream' | 'database' | null }
export interface Notice { type: 'notice'; what: string }
export type LiveText = Snapshot | Delta | Tick | Notice;
