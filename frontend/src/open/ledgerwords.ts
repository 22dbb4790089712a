/** Kinds of watching and their classes in words. A kind or class that has no words yet is shown as it is written. */
import { language } from '$lib/i18n.svelte';
import { t } from './texts';
import th from './th.json';

type Key = keyof typeof th;

/** In the order in which they are shown. */
export const KINDS = {
  plates: ['plate_search', 'plate_look', 'plate_hold', 'plate_export', 'plate_live', 'hit', 'hit_confirmed', 'hit_rejected', 'list_entry'],
  cameras: ['camera_live', 'camera_replay', 'camera_turn', 'camera_clip', 'evidence'],
  rights: ['emergency'],
} as const;

function said(key: string, otherwise: string): string {
  return key in th ? t(key as Key) : otherwise;
}

export const kindText = (kind: string) => said(`ledger.kind.${kind}`, kind);

/** A number as it is told; null is one that is too small to be. */
export function numberText(n: number | null | undefined, least: number): string {
  return n === undefined ? '–' : n === null ? t('ledger.fewer', { n: String(least) }) : n.toLocaleString('en');
}

export function splitText(split: string, name: string, reasons: readonly { code: string; th: string; en: string }[]): string {
  if (split === 'reason') return reasons.find((one) => one.code === name)?.[language.locale] ?? name;
  return said(`ledger.${split}.${name}`, name);
}
