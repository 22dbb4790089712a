/** The ledger of watching as it comes over the wire, and the little reckoning its page does. */

export interface Told {
  n: number | null;
  by: Record<string, Record<string, number>> | null;
}

export interface WatchedDay {
  day: string;
  closed_at: string;
  numbers: Record<string, Told>;
  listed: { n: number | null } | null;
  kept: { what: string; days: number; on_time: boolean }[] | null;
  root: { size: number; root: string; key_id: string } | null;
}

export interface Ledger {
  station: { id: number; name_th: string; name_en: string | null } | null;
  shown: boolean;
  hidden_since: string | null;
  hidden_why: string;
  least: number;
  reasons: { code: string; th: string; en: string }[];
  months: string[];
  month: string | null;
  over: boolean;
  sums: Record<string, number | null>;
  days: WatchedDay[];
}

export interface Class {
  name: string;
  n: number;
}

/** The classes of a split, the biggest first, and how many stand in none that is told. */
export function classes(told: Told | undefined, split: string): { told: Class[]; rest: number } {
  const found = Object.entries(told?.by?.[split] ?? {})
    .map(([name, n]) => ({ name, n }))
    .sort((a, b) => b.n - a.n || a.name.localeCompare(b.name));
  const sum = found.reduce((all, one) => all + one.n, 0);
  return { told: found, rest: Math.max(0, (told?.n ?? sum) - sum) };
}

/** A kind's number on each day of the month, the first day first; null where no day is closed. */
export function series(days: readonly WatchedDay[], month: string, kinds: readonly string[]): (number | null)[] {
  const [year, number] = month.split('-').map(Number);
  const count = new Date(Date.UTC(year ?? 1970, number ?? 1, 0)).getUTCDate();
  const known = new Map(days.map((one) => [one.day, one]));
  return Array.from({ length: count }, (_, at) => {
    const day = known.get(`${month}-${String(at + 1).padStart(2, '0')}`);
    return day ? kinds.reduce((sum, kind) => sum + (day.numbers[kind]?.n ?? 0), 0) : null;
  });
}
