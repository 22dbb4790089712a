/** The board's rows: order, words to search, and the file for a spreadsheet. Pure. */
import type { components } from '$schemas';

export type Row = components['schemas']['HealthRow'];
export type Board = components['schemas']['HealthOut'];
export type History = components['schemas']['HistoryOut'];
export type SortKey = 'state' | 'name' | 'seen' | 'battery' | 'uptime' | 'owner';

/** The most pressing first. */
const RANKS: Record<string, number> = { alarm: 0, tamper: 1, silent: 2, trouble: 3, low_battery: 4, unknown: 5, ok: 6, disabled: 7 };
export const rank = (row: Row): number => RANKS[row.state] ?? 4;
export const troubled = (row: Row): boolean => rank(row) < 4;

const last = Number.POSITIVE_INFINITY;
const KEYS: Record<SortKey, (row: Row, name: (row: Row) => string) => number | string> = {
  state: (row) => rank(row),
  name: (row, name) => name(row),
  seen: (row) => (row.last_seen_at ? Date.parse(row.last_seen_at) : last),
  battery: (row) => row.battery ?? last,
  uptime: (row) => row.uptime ?? last,
  owner: (row) => `${row.owner_kind} ${row.owner_name}`,
};

/** Sorted by a column, then by state and key, so that equal rows never change places. */
export function sorted(rows: readonly Row[], key: SortKey, down: boolean, name: (row: Row) => string): Row[] {
  const value = KEYS[key];
  const compare = (a: Row, b: Row) => {
    const [x, y] = [value(a, name), value(b, name)];
    const by = typeof x === 'string' || typeof y === 'string' ? String(x).localeCompare(String(y), 'th') : x === y ? 0 : x < y ? -1 : 1;
    // What is not known stays at the end whichever way it is sorted.
    if (x === last || y === last) return by;
    return down ? -by : by;
  };
  return [...rows].sort((a, b) => compare(a, b) || rank(a) - rank(b) || a.key.localeCompare(b.key));
}

export function found(row: Row, words: string): boolean {
  const text = `${row.key} ${row.name_th} ${row.name_en} ${row.owner_name} ${row.firmware ?? ''} ${row.call_sign ?? ''} ${row.contact?.name ?? ''}`.toLowerCase();
  return words.trim().toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** One cell: quoted where it must be, and never a formula for the program that opens it. */
function cell(value: string | number | null | undefined): string {
  const text = value === null || value === undefined ? '' : String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** With a mark in front by which Excel knows that the Thai in it is UTF-8. */
export function csv(head: readonly string[], rows: readonly (readonly (string | number | null | undefined)[])[]): string {
  return `\uFEFF${[head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}
