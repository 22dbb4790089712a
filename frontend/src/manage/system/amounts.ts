/** Amounts as people read them. */
import type { Locale } from '$lib/i18n.svelte';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** "512 B", "1.2 MB", "34 GB": powers of a thousand, as discs are sold. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** "3 นาที", "5 ชั่วโมง", "12 วัน": the largest unit that says enough. */
export function spanText(seconds: number, locale: Locale): string {
  const s = Math.max(0, Math.floor(seconds));
  const [n, th, en] =
    s < 60 ? [s, 'วินาที', 's'] : s < 3600 ? [Math.floor(s / 60), 'นาที', 'min'] : s < 172_800 ? [Math.floor(s / 3600), 'ชั่วโมง', 'h'] : [Math.floor(s / 86_400), 'วัน', 'days'];
  return `${n} ${locale === 'th' ? th : en}`;
}
