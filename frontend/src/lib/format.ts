/** Numbers and times as people read them. Pure: the moment and the language are given. */
import type { Locale, Tongue } from './i18n.svelte';

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

/** How dates are written elsewhere: years of the Common Era, Bangkok's day. */
const TAGS: Partial<Record<Tongue, string>> = { zh: 'zh-CN', ja: 'ja-JP', ko: 'ko-KR', ru: 'ru-RU', ms: 'ms-MY' };

function foreignDate(at: Date, tag: string, withWeekday: boolean): string {
  const key = `${tag} ${withWeekday}`;
  let made = cache.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(`${tag}-u-ca-gregory-nu-latn`, { timeZone: ZONE, day: 'numeric', month: 'short', year: 'numeric', ...(withWeekday ? { weekday: 'short' } : {}) });
    cache.set(key, made);
  }
  return made.format(at);
}

/** "อา. 22 พ.ย. 2569" / "Sun 22 Nov 2026"; in other tongues as they write it. */
export function dateText(at: Date, locale: Tongue, withWeekday = true): string {
  const tag = TAGS[locale];
  if (tag) return foreignDate(at, tag, withWeekday);
  const parts = shape(locale === 'th' ? 'th' : 'en', { day: 'numeric', month: 'short', year: 'numeric' }).formatToParts(at);
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
export function whenText(at: Date, now: Date, locale: Tongue): string {
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

interface Units {
  s: string;
  min: string;
  h: string;
  d: string;
  m: string;
  km: string;
  /** What stands between a number and its unit. */
  gap: string;
  ago: (time: string) => string;
}

const UNITS: Record<Tongue, Units> = {
  th: { s: 'วินาที', min: 'นาที', h: 'ชั่วโมง', d: 'วัน', m: 'ม.', km: 'กม.', gap: ' ', ago: (time) => `${time}ที่แล้ว` },
  en: { s: 's', min: 'min', h: 'h', d: 'd', m: 'm', km: 'km', gap: ' ', ago: (time) => `${time} ago` },
  zh: { s: '秒', min: '分钟', h: '小时', d: '天', m: '米', km: '公里', gap: '', ago: (time) => `${time}前` },
  ja: { s: '秒', min: '分', h: '時間', d: '日', m: 'm', km: 'km', gap: '', ago: (time) => `${time}前` },
  ko: { s: '초', min: '분', h: '시간', d: '일', m: 'm', km: 'km', gap: '', ago: (time) => `${time} 전` },
  ru: { s: 'с', min: 'мин', h: 'ч', d: 'дн.', m: 'м', km: 'км', gap: '\u00A0', ago: (time) => `${time} назад` },
  ms: { s: 'saat', min: 'min', h: 'jam', d: 'hari', m: 'm', km: 'km', gap: ' ', ago: (time) => `${time} lalu` },
};

/** "3 นาทีที่แล้ว" / "3 min ago". */
export function agoText(seconds: number, locale: Tongue): string {
  const s = Math.max(0, Math.floor(seconds));
  const its = UNITS[locale];
  const [n, unit] = s < 60 ? [s, its.s] : s < 3600 ? [Math.floor(s / 60), its.min] : s < 86400 ? [Math.floor(s / 3600), its.h] : [Math.floor(s / 86400), its.d];
  return its.ago(`${n}${its.gap}${unit}`);
}

/** Distances in metres below a kilometre, kilometres above. */
export function distanceText(metres: number, locale: Tongue): string {
  const its = UNITS[locale];
  if (metres < 1000) return `${Math.round(metres / 10) * 10}${its.gap}${its.m}`;
  const km = (metres / 1000).toFixed(1);
  return `${locale === 'ru' ? km.replace('.', ',') : km}${its.gap}${its.km}`;
}

/** Travel time in whole minutes, at least one. */
export function minutesText(seconds: number, locale: Tongue): string {
  const its = UNITS[locale];
  return `${Math.max(1, Math.round(seconds / 60))}${its.gap}${its.min}`;
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
