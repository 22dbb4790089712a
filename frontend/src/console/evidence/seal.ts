/** What is asked to be sealed, out of what stands in the form. Pure. */
import type { Locale } from '$lib/i18n.svelte';
import type { components } from '$schemas';

export type PieceIn = components['schemas']['PieceIn'];
export type Look = components['schemas']['LookOut'];
export type Sort = 'clip' | 'still' | 'live';
export interface Hit {
  device_id: string;
  since: string;
  until: string;
}
export const PIECES_MOST = 16;
const BANGKOK_MS = 7 * 3_600_000;

/** A moment as it is typed, Bangkok time to the second: "22/11/2569 01:14:09"; read back by `wishOf`. */
export function toField(at: number, locale: Locale): string {
  const there = new Date(at + BANGKOK_MS);
  const year = there.getUTCFullYear() + (locale === 'th' ? 543 : 0);
  return `${there.getUTCDate()}/${there.getUTCMonth() + 1}/${year} ${there.toISOString().slice(11, 19)}`;
}

/** The pieces of a form: one a camera, and the clips that rules found, those that lie in a chosen clip left out. */
export function pieces(sort: Sort, ids: readonly string[], since: number | null, until: number | null, hits: readonly Hit[]): PieceIn[] {
  if (sort === 'live') return ids.map((camera_id) => ({ camera_id, sort: 'still' as const }));
  if (since === null) return [];
  const first = new Date(since).toISOString();
  if (sort === 'still') return ids.map((camera_id) => ({ camera_id, sort: 'still' as const, since: first }));
  if (until === null || until <= since) return [];
  const chosen = ids.map((camera_id) => ({ camera_id, sort: 'clip' as const, since: first, until: new Date(until).toISOString() }));
  const beside = hits.filter((one) => !(ids.includes(one.device_id) && Date.parse(one.since) >= since && Date.parse(one.until) <= until));
  return [...chosen, ...beside.map((one) => ({ camera_id: one.device_id, sort: 'clip' as const, since: one.since, until: one.until }))];
}

/** Seconds of some intervals together. */
export const seconds = (spans: readonly { since: string; until: string }[]): number => spans.reduce((sum, one) => sum + (Date.parse(one.until) - Date.parse(one.since)) / 1000, 0);

export function sizeText(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1000))} kB`;
  return bytes < 1_000_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${(bytes / 1_000_000_000).toFixed(2)} GB`;
}
