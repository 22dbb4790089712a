import { expect, it } from 'vitest';
import { clock, DAY, doubled, length, minutes, pieces, uncovered } from './hours';

const shift = (starts: string, ends: string) => ({ starts, ends });
const three = [shift('00:00', '08:00'), shift('08:00', '16:00'), shift('16:00', '00:00')];

it('cuts a shift over midnight in two', () => {
  expect(pieces(shift('20:00', '08:00'))).toEqual([{ from: 1200, to: DAY }, { from: 0, to: 480 }]);
  expect(pieces(shift('16:00', '00:00'))).toEqual([{ from: 960, to: DAY }]);
  expect(length(shift('20:00', '08:00'))).toBe(720);
  expect(length(shift('00:00', '00:00'))).toBe(DAY);
  expect(length(shift('08:00', '08:00'))).toBe(DAY);
});
it('finds no hole in three eights, nor in two twelves', () => {
  expect(uncovered(three)).toEqual([]);
  expect(doubled(three)).toEqual([]);
  expect(uncovered([shift('08:00', '20:00'), shift('20:00', '08:00')])).toEqual([]);
});
it('finds what nobody covers and what two cover', () => {
  expect(uncovered([])).toEqual([{ from: 0, to: DAY }]);
  expect(uncovered([shift('08:00', '16:00'), shift('16:30', '00:00')])).toEqual([{ from: 0, to: 480 }, { from: 960, to: 990 }]);
  expect(doubled([...three, shift('18:00', '02:00')])).toEqual([{ from: 0, to: 120 }, { from: 1080, to: DAY }]);
});
it('covers each minute once: hours and holes together are the day', () => {
  for (let seed = 1; seed < 200; seed += 1) {
    const at = (n: number) => clock((seed * n * 37) % DAY).replace('.', ':');
    const some = [shift(at(1), at(3)), shift(at(5), at(7))];
    const holes = uncovered(some).reduce((sum, piece) => sum + piece.to - piece.from, 0);
    const twice = doubled(some).reduce((sum, piece) => sum + piece.to - piece.from, 0);
    expect(some.reduce((sum, one) => sum + length(one), 0) - twice + holes).toBe(DAY);
  }
});
it('writes the clock as rosters do', () => {
  expect(minutes('08:30')).toBe(510);
  expect([0, 510, DAY].map(clock)).toEqual(['00.00', '08.30', '24.00']);
});
