import { expect, it } from 'vitest';
import { wishOf } from './moment';

const at = (text: string) => Date.parse(`${text}+07:00`);
const NOW = at('2026-11-22T01:30:00');

it('reads what the room types', () => {
  expect(wishOf('1:14', NOW)).toBe(at('2026-11-22T01:14:00'));
  expect(wishOf(' ๐๑.๑๔.๐๙ น.', NOW)).toBe(at('2026-11-22T01:14:09'));
  expect(wishOf('22/11/2569 00:30', NOW)).toBe(at('2026-11-22T00:30:00'));
  expect(wishOf('20-11-69 18.05.30', NOW)).toBe(at('2026-11-20T18:05:30'));
  expect(wishOf('20/11/2026 18:05', NOW)).toBe(at('2026-11-20T18:05:00'));
});
it('takes a time that is still to come as yesterday\'s', () => expect(wishOf('23:50', NOW)).toBe(at('2026-11-21T23:50:00')));
it('refuses what is no time', () => {
  for (const text of ['', '25:00', '12:60', '1:2:3', 'เมื่อคืน', '31/02/2569 10:00', '114']) expect(wishOf(text, NOW)).toBeNull();
});
