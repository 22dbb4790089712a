import { expect, test } from 'vitest';
import type { IncidentRow } from '$lib/types';
import { overdueRows, ringing } from './overdue';

const wait = (due_at: string, taken_by: string | null = null) => ({ wait: 'assign', limit_s: 60, due_at, raised_at: due_at, mended_at: null, taken_at: taken_by ? due_at : null, taken_by, word: '' });
const row = (id: string, priority: number, overdue: ReturnType<typeof wait>[], state = 'acknowledged') => ({ id, priority, overdue, state }) as unknown as IncidentRow;

test('what nobody took over stands first, the most urgent, then the longest over', () => {
  const rows = [row('a', 2, [wait('2026-01-01T00:00:02Z')]), row('b', 1, [wait('2026-01-01T00:00:03Z', 'chief')]), row('c', 1, [wait('2026-01-01T00:00:09Z')]), row('d', 2, [wait('2026-01-01T00:00:01Z')])];
  expect(overdueRows(rows).map((one) => one.row.id)).toEqual(['c', 'd', 'a', 'b']);
});

test('a second wait rings again after the first was taken over', () => {
  const [late] = overdueRows([row('a', 1, [wait('2026-01-01T00:00:01Z', 'chief'), wait('2026-01-01T00:01:00Z')])]);
  expect(late?.taken).toBe(false);
  expect(late?.late.due_at).toBe('2026-01-01T00:01:00Z');
});

test('silence when all is taken over, mended or closed', () => {
  expect(ringing(overdueRows([row('a', 1, [wait('2026-01-01T00:00:01Z', 'chief')]), row('b', 1, []), row('c', 1, [wait('2026-01-01T00:00:01Z')], 'closed')]))).toBe(false);
  expect(ringing(overdueRows([row('a', 1, [wait('2026-01-01T00:00:01Z')])]))).toBe(true);
});
