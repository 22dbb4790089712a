/** What stands in the form of a plate search, and what of it is asked. Pure. */
import type { components } from '$schemas';
import type { LonLat } from '$lib/types';
import { momentOf, momentText } from '../search/moment';

export type Asked = components['schemas']['AskedIn'];
export type Kind = Asked['kind'];
export type Where = 'all' | 'cameras' | 'zone' | 'area';
export const KINDS: readonly Kind[] = ['exact', 'wildcard', 'look_alike', 'digits', 'place', 'convoy', 'together'];
export const REASON_LEAST = 10;
/** The words of readers (`sense/plate_words`). */
export const TYPES = ['car', 'suv', 'van', 'pickup', 'truck', 'bus', 'motorcycle'] as const;
export const COLOURS = ['white', 'black', 'grey', 'silver', 'red', 'blue', 'green', 'yellow', 'gold', 'brown', 'bronze', 'orange', 'pink', 'purple'] as const;
export const SPANS = [
  { name: 'hour', hours: 1 },
  { name: 'today', hours: 0 },
  { name: 'day', hours: 24 },
  { name: 'week', hours: 24 * 7 },
  { name: 'month', hours: 24 * 30 },
] as const;
export type Span = (typeof SPANS)[number]['name'];

export interface Question {
  kind: Kind;
  plate: string;
  province: string;
  type: string;
  colour: string;
  /** A quick range, or empty where the two moments are typed. */
  span: Span | '';
  from: string;
  to: string;
  where: Where;
  cameras: string[];
  area: LonLat[];
  then: string[];
  /** Minutes between the places of a convoy, seconds around a meeting. */
  within: number;
  reason: string;
  said: string;
  case_number: string;
}

export const blank = (): Question => ({
  kind: 'exact', plate: '', province: '', type: '', colour: '', span: 'day', from: '', to: '',
  where: 'all', cameras: [], area: [], then: [], within: 10, reason: '', said: '', case_number: '',
});

export const hasPlate = (kind: Kind): boolean => kind !== 'place' && kind !== 'convoy';
export const hasVehicle = (kind: Kind): boolean => kind !== 'convoy' && kind !== 'together';
export const hasPlace = (kind: Kind): boolean => kind !== 'together';
/** The usual time between: ten minutes between two places, a minute around a meeting. */
export const usualWithin = (kind: Kind): number => (kind === 'together' ? 60 : 10);

const digits = (text: string): string => text.replace(/[๐-๙]/g, (one) => String(one.charCodeAt(0) - 0x0e50));
const BANGKOK_MS = 7 * 3_600_000;

/** The two moments that are meant, to the minute where they are typed; null for what cannot be read. */
export function times(question: Question, now: number): { from: Date; to: Date } | null {
  if (question.span) {
    const hours = SPANS.find((one) => one.name === question.span)?.hours ?? 24;
    const midnight = now - ((now + BANGKOK_MS) % 86_400_000);
    return { from: new Date(hours === 0 ? midnight : now - hours * 3_600_000), to: new Date(now) };
  }
  const [from, to] = [momentOf(question.from), momentOf(question.to)];
  return from && to ? { from, to } : null;
}

/** Turns a quick range into typed moments, so that they can be changed. */
export function typed(question: Question, now: number): Question {
  const meant = times(question, now);
  return meant ? { ...question, span: '', from: momentText(meant.from), to: momentText(meant.to) } : question;
}

/** What is missing before anything can be asked, by word key; the centre looks at the rest. */
export type Lack = 'plate' | 'digits' | 'province' | 'times' | 'order' | 'cameras' | 'area' | 'then' | 'reason' | 'said' | 'case';

export function lacking(question: Question, now: number): Lack[] {
  const found: Lack[] = [];
  const { kind, where } = question;
  if (hasPlate(kind) && !question.plate.trim()) found.push('plate');
  if (kind === 'digits') {
    if (question.plate.trim() && !/^\d{1,5}$/.test(digits(question.plate).replace(/\s/g, ''))) found.push('digits');
    if (!question.province) found.push('province');
  }
  const meant = times(question, now);
  if (!meant) found.push('times');
  else if (meant.from >= meant.to || meant.from.getTime() > now) found.push('order');
  if (hasPlace(kind)) {
    if (kind === 'convoy' && where === 'all') found.push('cameras');
    if (where === 'cameras' && question.cameras.length === 0) found.push('cameras');
    if (where === 'area' && question.area.length < 3) found.push('area');
  }
  if (kind === 'convoy' && question.then.length === 0) found.push('then');
  return found;
}

/** What a person must say besides: the reason, in words too, and the case. */
export function unsaid(question: Question): Lack[] {
  const found: Lack[] = [];
  if (!question.reason) found.push('reason');
  if ([...question.said.trim().replace(/\s+/g, ' ')].length < REASON_LEAST) found.push('said');
  if (!question.case_number) found.push('case');
  return found;
}

/** The question as the centre takes it; null while something is lacking. `zone` is the station's, where the whole zone is meant. */
export function askedOf(question: Question, now: number, zone: string | null): Asked | null {
  const meant = times(question, now);
  if (!meant || lacking(question, now).length) return null;
  const { kind } = question;
  const asked: Asked = { kind, from_at: meant.from.toISOString(), to_at: meant.to.toISOString(), plate: '', cameras: [], then_cameras: [] };
  if (hasPlate(kind)) {
    asked.plate = kind === 'digits' ? digits(question.plate).replace(/\s/g, '') : question.plate.trim();
    if (question.province) asked.province = question.province;
  }
  if (hasVehicle(kind)) {
    if (question.type) asked.vehicle_type = question.type;
    if (question.colour) asked.vehicle_colour = question.colour;
  }
  if (hasPlace(kind)) {
    if (question.where === 'cameras') asked.cameras = [...question.cameras];
    if (question.where === 'zone' && zone) asked.zone_id = zone;
    if (question.where === 'area') asked.area = question.area.map(([lon, lat]) => [lon, lat]);
  }
  if (kind === 'convoy') {
    asked.then_cameras = [...question.then];
    asked.within_s = question.within * 60;
  }
  if (kind === 'together') asked.within_s = question.within;
  return asked;
}

/** A question out of one that was put before, so that it can be put again with other words. */
export function again(told: Record<string, unknown>): Question {
  const made = blank();
  const kind = KINDS.find((one) => one === told['kind']);
  if (kind) made.kind = kind;
  const text = (name: string) => (typeof told[name] === 'string' ? (told[name] as string) : '');
  const list = (name: string) => (Array.isArray(told[name]) ? (told[name] as unknown[]).filter((one): one is string => typeof one === 'string') : []);
  made.plate = text('plate');
  made.province = text('province');
  made.type = text('vehicle_type');
  made.colour = text('vehicle_colour');
  made.cameras = list('cameras');
  made.then = list('then_cameras');
  const area = told['area'] as { coordinates?: LonLat[][] } | undefined;
  made.area = area?.coordinates?.[0]?.slice(0, -1) ?? [];
  made.where = made.cameras.length ? 'cameras' : made.area.length ? 'area' : told['zone_id'] ? 'zone' : 'all';
  if (typeof told['within_s'] === 'number') made.within = kind === 'convoy' ? Math.round(told['within_s'] / 60) : told['within_s'];
  else made.within = usualWithin(made.kind);
  const [from, to] = [new Date(text('from_at')), new Date(text('to_at'))];
  if (!Number.isNaN(from.getTime()) && !Number.isNaN(to.getTime())) Object.assign(made, { span: '', from: momentText(from), to: momentText(to) });
  return made;
}
