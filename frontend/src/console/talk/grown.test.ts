import { expect, it } from 'vitest';
import { grown, type Waiting } from './grown';

const row = (unit_id: string, last_seq: number): Waiting => ({ unit_id, unread: 1, last_seq, text: '', name: '' });

it('tells each new message once, and nothing of what was read or known', () => {
  expect(grown([], [row('a', 3)]).map((one) => one.unit_id)).toEqual(['a']);
  expect(grown([row('a', 3), row('b', 4)], [row('a', 3), row('b', 9), row('c', 1)]).map((one) => one.unit_id)).toEqual(['b', 'c']);
  expect(grown([row('a', 3)], [])).toEqual([]);
});
