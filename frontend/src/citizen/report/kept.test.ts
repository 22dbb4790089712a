import { expect, it } from 'vitest';
import { added, heard, KEPT_MOST, mayReopen, newSecret, recall, type Mine } from './kept';

const one = (id: string, more: Partial<Mine> = {}): Mine => ({ id, secret: 's', kind: 'light', text: '', at: 1, number: null, state: 'unsent', promised_at: null, reopen_until: null, turns: [], no: 0, ...more });

it('makes secrets that the centre takes and that differ', () => {
  const made = Array.from({ length: 20 }, newSecret);
  expect(made.every((secret) => /^[A-Za-z0-9_-]{43}$/.test(secret))).toBe(true);
  expect(new Set(made).size).toBe(20);
});
it('takes junk for nothing', () => {
  for (const text of [null, '', '{', '{}', '3', '[null, 4, {"id": 1}]']) expect(recall(text)).toEqual([]);
  expect(recall(JSON.stringify([one('a')]))).toEqual([one('a')]);
});
it('lets only closed ones go when there are too many', () => {
  const full = Array.from({ length: KEPT_MOST }, (_, n) => one(`${n}`, { state: n === 3 ? 'closed' : 'new' }));
  const after = added(full, one('fresh'));
  expect(after.map((each) => each.id)).toEqual(['fresh', ...full.filter((_, n) => n !== 3).map((each) => each.id)]);
  expect(added(after, one('more')).length).toBe(KEPT_MOST + 1);
});
it('hears of a report and keeps the others', () => {
  const told = { id: 'a', number: 'R-7K4M', state: 'answered' as const, promised_at: 'p', reopen_until: '2026-11-30T00:00:00Z', turns: [] };
  const [first, second] = heard([one('a'), one('b')], [told]);
  expect([first?.number, first?.state, second?.state]).toEqual(['R-7K4M', 'answered', 'unsent']);
  expect(mayReopen(first as Mine, Date.parse('2026-11-29T00:00:00Z'))).toBe(true);
  expect(mayReopen(first as Mine, Date.parse('2026-12-01T00:00:00Z'))).toBe(false);
});
