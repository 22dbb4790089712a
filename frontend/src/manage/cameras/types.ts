/** What the pages of cameras ask and hold. */
import type { Feature, LineString } from 'geojson';
import type { components } from '$schemas';

type Schemas = components['schemas'];
export type Camera = Schemas['CameraOut'];
export type Point = Schemas['PointOut'];
export type Source = Schemas['SourceOut'];
export type Consent = Schemas['ConsentOut'];
export type Request = Schemas['RequestOut'];
export type RequestState = Request['state'];
export type Tried = Schemas['TriedOut'];
export type Found = Schemas['FoundOut'];
export type Onvif = Schemas['OnvifOut'];
export type Seen = 'seen' | 'day' | 'blind';
export type Sight = Omit<Schemas['SeenOut'], 'pieces'> & { pieces: { features: Feature<LineString, { id: number; seen: Seen }>[] } };
export interface Owner { kind: string; name_th: string; name_en: string }
export interface Contact { name: string; phone: string; note: string }
export interface View { lon: number; lat: number; bearing_deg: number | null; fov_deg: number | null; reach_day_m: number | null; reach_night_m: number | null }

export const STATES = ['working', 'planned', 'retired'] as const;
export const OPEN_REQUESTS: readonly RequestState[] = ['asked', 'agreed', 'turned'];

/** Whether a camera is meant by the words: name, key, owner, point, source. */
export function found(one: Camera, words: string): boolean {
  const said = [one.name_th, one.name_en, one.key, one.owner_name, one.funder, one.point?.name_th, one.point?.code, one.source?.name_th, one.source?.code].join(' ').toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => said.includes(word));
}

/** The next free key: `cam-09` after `cam-08`. */
export function nextKey(keys: readonly string[]): string {
  const numbers = keys.map((key) => /^cam-(\d+)$/.exec(key)?.[1]).filter((one): one is string => one !== undefined).map(Number);
  return `cam-${String(Math.max(0, ...numbers) + 1).padStart(2, '0')}`;
}

/** What is wrong with a camera that somebody should mend, the gravest first. */
export function lacks(one: Camera): ('paper' | 'stream' | 'view')[] {
  if (one.state === 'retired') return [];
  const missing: ('paper' | 'stream' | 'view')[] = [];
  if (one.paper === 'ended' || one.paper === 'missing') missing.push('paper');
  if (one.state === 'working' && !one.has_stream) missing.push('stream');
  if (!one.sector_day.length) missing.push('view');
  return missing;
}
