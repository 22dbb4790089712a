/** Numbers and times as people read them. Pure: the moment and the language are given. */
import type { Locale } from './i18n.svelte';

const ZONE = 'Asia/Bangkok';
const cache = new Map<string, Intl.DateTimeFormat>();

function shape(locale: Locale, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let made = cache.get(key);
  if (!made) {
    // Buddhist Era in Thai, Common Era in English; always Bangkok time and a 24-hour clock.
    const tag = locale === 'th' ? 'th-TH-u-ca-buddhist-nu-latn' : 'en-GB';
    made = new Intl.DateTimeFormat(tag, { timeZone: ZONE, hourCycle: 'h23', ...options });
    cache.set(key, made);
  }
  return made;
}

function part(parts: Intl.DateTimeFormatPart[], type: Intl.DateTimeFormatPartTypes): string {
  return parts.find((one) => one.type === type)?.value ?? '';
}

/** Kept here because browsers disagree on the short Thai weekday ("อา." or "อาทิตย์"). */
const WEEKDAYS: Record<string, string> = { Sun: 'อา.', Mon: 'จ.', Tue: 'อ.', Wed: 'พ.', Thu: 'พฤ.', Fri: 'ศ.', Sat: 'ส.' };

/** "อา. 22 พ.ย. 2569" / "Sun 22 Nov 2026". */
export function dateText(at: Date, locale: Locale, withWeekday = true): string {
  const parts = shape(locale, { day: 'numeric', month: 'short', year: 'numeric' }).formatToParts(at);
  const date = `${part(parts, 'day')} ${part(parts, 'month')} ${part(parts, 'year')}`;
  if (!withWeekday) return date;
  const weekday = shape('en', { weekday: 'short' }).format(at);
  return `${locale === 'th' ? WEEKDAYS[weekday] : weekday} ${date}`;
}

/** "01:14:09", or "01:14" without seconds. */
export function timeText(at: Date, withSeconds = true): string {
  const parts = shape('en', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).formatToParts(at);
  const minutes = `${part(parts, 'hour')}:${part(parts, 'minute')}`;
  return withSeconds ? `${minutes}:${part(parts, 'second')}` : minutes;
}

/** Time alone for the same Bangkok day, date and time otherwise. */
export function whenText(at: Date, now: Date, locale: Locale): string {
  const sameDay = dateText(at, 'en') === dateText(now, 'en');
  return sameDay ? timeText(at) : `${dateText(at, locale, false)} ${timeText(at, false)}`;
}

/** "0:42", "12:05", "1:02:03"; never negative. */
export function elapsedText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const s = String(whole % 60).padStart(2, '0');
  const m = Math.floor(whole / 60) % 60;
  const h = Math.floor(whole / 3600);
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`;
}

/** "3 นาทีที่แล้ว" / "3 min ago". */
export function agoText(seconds: number, locale: Locale): string {
  const s = Math.max(0, Math.floor(seconds));
  const [n, th, en] =
    s < 60 ? [s, 'วินาที', 's'] : s < 3600 ? [Math.floor(s / 60), 'นาที', 'min'] : s < 86400 ? [Math.floor(s / 3600), 'ชั่วโมง', 'h'] : [Math.floor(s / 86400), 'วัน', 'd'];
  return locale === 'th' ? `${n} ${th}ที่แล้ว` : `${n} ${en} ago`;
}

/** Distances in metres below a kilometre, kilometres above. */
export function distanceText(metres: number, locale: Locale): string {
  if (metres < 1000) return `${Math.round(metres / 10) * 10} ${locale === 'th' ? 'ม.' : 'm'}`;
  return `${(metres / 1000).toFixed(1)} ${locale === 'th' ? 'กม.' : 'km'}`;
}

/** Travel time in whole minutes, at least one. */
export function minutesText(seconds: number, locale: Locale): string {
  return `${Math.max(1, Math.round(seconds / 60))} ${locale === 'th' ? 'นาที' : 'min'}`;
}

export type Age = 'fresh' | 'fading' | 'stale';

/** 0–10 s fresh, to 60 s fading, older stale. */
export function ageOf(seconds: number): Age {
  return seconds <= 10 ? 'fresh' : seconds <= 60 ? 'fading' : 'stale';
}

/** For searching and comparing: Thai digits become Arabic, zero-width spaces go, case folds. */
export function plain(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\u200B-\u200D\u2060\uFEFF]/g, '')
    .replace(/[๐-๙]/g, (digit) => String(digit.charCodeAt(0) - 0x0e50))
    .toLowerCase()
    .trim();
}
