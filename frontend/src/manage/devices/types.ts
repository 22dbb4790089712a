/** What the pages of devices ask and hold. */
import type { components } from '$schemas';
import type { Schema } from '../parts/SchemaForm.svelte';

type Schemas = components['schemas'];
export type Setup = Schemas['DeviceSetupOut'];
export type Contact = Schemas['ContactOut'];
export type Kind = Omit<Schemas['DeviceKindOut'], 'schema'> & { schema: Schema | null };
export type Sensor = Omit<Schemas['SensorOut'], 'schema'> & { schema: Schema };
export type Row = Schemas['HealthRow'];
export interface Owner { kind: string; name_th: string; name_en: string }

/** What the form holds of a device. */
export interface Draft {
  key: string;
  kind: string;
  name_th: string;
  name_en: string;
  owner_kind: string;
  owner_name: string;
  lon: number | null;
  lat: number | null;
  silent_after_s: number;
  installed_on: string | null;
  contact: { name: string; phone: string; note: string };
  settings: Record<string, unknown>;
}

/** The next free key of a kind: `pole-09` after `pole-08`. */
export function nextKey(kind: string, keys: readonly string[]): string {
  const stem = { sos_pole: 'pole', camera: 'cam', phone: 'phone', tracker: 'tracker', recorder: 'recorder', hook: 'hook', citizen_door: 'door', signal_box: 'signal' }[kind] ?? kind.replaceAll('_', '-');
  const numbers = keys.flatMap((key) => { const hit = new RegExp(`^${stem}-(\\d+)$`).exec(key); return hit?.[1] ? [hit[1]] : []; });
  const width = Math.max(2, ...numbers.map((one) => one.length));
  return `${stem}-${String(Math.max(0, ...numbers.map(Number)) + 1).padStart(width, '0')}`;
}
