import { expect, it } from 'vitest';
import { hold, roll, SHOWN, type LiveRead } from './strip';

const read = (n: number): LiveRead => ({ id: String(n), at: '2026-11-22T10:00:00Z', camera: 'A', registration: '1กข1', province: null, confidence: null, grade: null });
const some = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => read(from + n));

it('shows the newest first, each once, and no more than fit', () => {
  const shown = roll(some(0, 3).reverse(), some(2, 30));
  expect(shown).toHaveLength(SHOWN);
  expect(shown.slice(0, 2).map((one) => one.id)).toEqual(['29', '28']);
  expect(roll([read(2), read(1)], [read(2), read(3)]).map((one) => one.id)).toEqual(['3', '2', '1']);
});

it('holds the newest few while it rests', () => {
  expect(hold(some(0, 10), some(10, 20), 3).map((one) => one.id)).toEqual(['17', '18', '19']);
});
