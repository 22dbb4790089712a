/** Lengths of time in words, exact. Pure. */
import type { Locale } from '$lib/i18n.svelte';

const UNITS = [
  [86_400, 'วัน', 'd'],
  [3600, 'ชั่วโมง', 'h'],
  [60, 'นาที', 'min'],
] as const;

/** "30 นาที" / "30 min"; 90 s stays 90 seconds. */
export function spanText(seconds: number, locale: Locale): string {
  for (const [unit, th, en] of UNITS) if (seconds >= unit && seconds % unit === 0) return `${seconds / unit} ${locale === 'th' ? th : en}`;
  return `${seconds} ${locale === 'th' ? 'วินาที' : 's'}`;
}

/** Roughly, for how long something took: "2 ชม. 14 นาที" / "2 h 14 min". */
export function aboutText(seconds: number, locale: Locale): string {
  const minutes = Math.round(seconds / 60);
  const [d, h, m] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const words = locale === 'th' ? (['วัน', 'ชม.', 'นาที'] as const) : (['d', 'h', 'min'] as const);
  if (seconds < 60) return `${Math.round(seconds)} ${locale === 'th' ? 'วินาที' : 's'}`;
  if (d) return `${d} ${words[0]}${h ? ` ${h} ${words[1]}` : ''}`;
  return h ? `${h} ${words[1]}${m ? ` ${m} ${words[2]}` : ''}` : `${m} ${words[2]}`;
}
