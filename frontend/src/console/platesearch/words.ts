/** A search in words: what was asked, when and where. */
import { dateText, timeText } from '$lib/format';
import { language } from '$lib/i18n.svelte';
import type { Search } from './desk.svelte';
import { KINDS, type Kind } from './question';
import { p } from './texts';

export const kindOf = (kind: string): Kind => KINDS.find((one) => one === kind) ?? 'exact';
export const moment = (at: string | Date): string => `${dateText(new Date(at), language.locale, false)} ${timeText(new Date(at), false)}`;

/** A day and a time to the second, as reads are told. */
export const instant = (at: string | Date): string => `${dateText(new Date(at), language.locale, false)} ${timeText(new Date(at))}`;

/** "กระบะ ขาว", "white pickup"; words that are not known, as somebody typed them, stand as they are. */
export const looksText = (type: string | null, colour: string | null): string =>
  p('looks', { type: type ? p.any(`type.${type}`, type) : '', colour: colour ? p.any(`colour.${colour}`, colour) : '' }).trim();

/** "1กข 1234 เชียงใหม่ · 21 พ.ย. 2569 10:00 – 22 พ.ย. 2569 10:00 · กล้อง 2 ตัว". */
export function whatText(search: Pick<Search, 'kind' | 'asked'>): string {
  const told = search.asked;
  const text = (name: string) => (typeof told[name] === 'string' ? (told[name] as string) : '');
  const count = (name: string) => (Array.isArray(told[name]) ? (told[name] as unknown[]).length : 0);
  const within = Number(told['within_s'] ?? (search.kind === 'together' ? 60 : 600));
  const where = count('cameras') ? p('said.cameras', { n: count('cameras') }) : told['area'] ? p('said.area') : told['zone_id'] ? p('said.zone') : p('said.all');
  const parts = [
    [text('plate'), placeName(text('province'))].filter(Boolean).join(' '),
    text('from_at') ? `${moment(text('from_at'))} – ${moment(text('to_at'))}` : '',
    search.kind === 'together' ? '' : where,
    count('then_cameras') ? p('said.then', { n: count('then_cameras') }) : '',
    search.kind === 'convoy' ? p('said.minutes', { n: within / 60 }) : search.kind === 'together' ? p('said.seconds', { n: within }) : '',
    looksText(text('vehicle_type'), text('vehicle_colour')),
  ];
  return parts.filter(Boolean).join(' · ');
}

let named: (code: string) => string = (code) => code;
/** The desk says how places are called, once it knows. */
export function callPlaces(by: (code: string) => string): void {
  named = by;
}
export const placeName = (code: string | null): string => (code ? named(code) : '');
