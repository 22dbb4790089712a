/** Dates as people at a station type them: B.E. or C.E., two-digit years of the Buddhist Era, Thai digits and month names. */
import type { Locale } from '$lib/i18n.svelte';
import { plain } from '$lib/format';

const SHORT = ['ม.ค.', 'ก.พ.', 'มี.ค.', 'เม.ย.', 'พ.ค.', 'มิ.ย.', 'ก.ค.', 'ส.ค.', 'ก.ย.', 'ต.ค.', 'พ.ย.', 'ธ.ค.'];
const LONG = ['มกราคม', 'กุมภาพันธ์', 'มีนาคม', 'เมษายน', 'พฤษภาคม', 'มิถุนายน', 'กรกฎาคม', 'สิงหาคม', 'กันยายน', 'ตุลาคม', 'พฤศจิกายน', 'ธันวาคม'];
const ENGLISH = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const ERA = 543;

const bare = (text: string) => text.replace(/\./g, '').toLowerCase();
const NAMES = new Map<string, number>([SHORT, LONG, ENGLISH].flatMap((list) => list.map((name, index) => [bare(name), index + 1] as const)));

function year(text: string): number {
  const said = Number(text);
  if (text.length === 2) return 2500 + said - ERA;
  return said >= 2400 ? said - ERA : said;
}

function iso(y: number, m: number, d: number): string | null {
  if (y < 1900 || y > 2199) return null;
  const at = new Date(Date.UTC(y, m - 1, d));
  if (at.getUTCMonth() !== m - 1 || at.getUTCDate() !== d) return null;
  return at.toISOString().slice(0, 10);
}

/** "1 ต.ค. 2569", "๑/๑๐/๖๙", "1 Oct 2026", "2026-10-01" → "2026-10-01"; null for what is no date. */
export function parseDay(text: string): string | null {
  const said = plain(text).replace(/พ\.?\s*ศ\.?|ค\.?\s*ศ\.?/g, ' ').replace(/\s+/g, ' ').trim();
  const first = /^(\d{4})-(\d{2})-(\d{2})$/.exec(said);
  if (first) return iso(year(first[1]!), Number(first[2]), Number(first[3]));
  const numbers = /^(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4}|\d{2})$/.exec(said);
  if (numbers) return iso(year(numbers[3]!), Number(numbers[2]), Number(numbers[1]));
  const named = /^(\d{1,2})\s*([^\d\s]+)\s*(\d{4}|\d{2})$/.exec(said);
  const month = named && NAMES.get(bare(named[2]!));
  return named && month ? iso(year(named[3]!), month, Number(named[1])) : null;
}

/** "2026-10-01" → "1 ต.ค. 2569" or "1 Oct 2026". */
export function dayText(day: string | null | undefined, locale: Locale): string {
  if (!day) return '';
  const [y, m, d] = day.slice(0, 10).split('-').map(Number) as [number, number, number];
  return locale === 'th' ? `${d} ${SHORT[m - 1]} ${y + ERA}` : `${d} ${ENGLISH[m - 1]} ${y}`;
}

/** The day it is in Bangkok. */
export function bangkokDay(at: Date): string {
  return new Date(at.getTime() + 7 * 3600_000).toISOString().slice(0, 10);
}

/** The day before or after. */
export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The moment a last day is over in Bangkok; null for no last day. */
export function endOf(day: string | null): string | null {
  return day ? `${dayAfter(day)}T00:00:00+07:00` : null;
}

/** The last day of something that ends at a moment. */
export function lastDayOf(until: string | null | undefined): string | null {
  return until ? bangkokDay(new Date(Date.parse(until) - 1)) : null;
}
