import { expect, test } from 'vitest';
import { wishOf } from '../cameras/moment';
import { pieces, seconds, sizeText, toField } from './seal';

const AT = Date.parse('2026-11-21T18:00:00Z');
const hit = (device_id: string, from: number, to: number) => ({ device_id, since: new Date(AT + from * 1000).toISOString(), until: new Date(AT + to * 1000).toISOString() });

test('a field speaks Bangkok time', () => {
  expect(toField(AT, 'th')).toBe('22/11/2569 01:00:00');
  expect(wishOf(toField(AT + 9000, 'th'), AT)).toBe(AT + 9000);
  expect(wishOf(toField(AT + 9000, 'en'), AT)).toBe(AT + 9000);
});

test('one clip a camera, and hits that lie outside of them', () => {
  const made = pieces('clip', ['a', 'b'], AT, AT + 60_000, [hit('a', 10, 20), hit('a', 50, 70), hit('c', 10, 20)]);
  expect(made.map((one) => one.camera_id)).toEqual(['a', 'b', 'a', 'c']);
  expect(made[2]?.until).toBe(new Date(AT + 70_000).toISOString());
});

test('what has no length or no time asks for nothing', () => {
  expect(pieces('clip', ['a'], AT, AT, [])).toEqual([]);
  expect(pieces('still', ['a'], null, null, [])).toEqual([]);
  expect(pieces('live', ['a'], null, null, [])).toEqual([{ camera_id: 'a', sort: 'still' }]);
  expect(pieces('still', ['a'], AT, null, [hit('b', 0, 1)])).toEqual([{ camera_id: 'a', sort: 'still', since: new Date(AT).toISOString() }]);
});

test('sums and sizes', () => {
  expect(seconds([hit('a', 0, 10), hit('a', 20, 25)])).toBe(15);
  expect([sizeText(10), sizeText(2_500_000), sizeText(3_210_000_000)]).toEqual(['1 kB', '2.5 MB', '3.21 GB']);
});
