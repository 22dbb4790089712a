import { expect, it } from 'vitest';
import { differing, glyphs, placeIn } from './plates';

const drawn = (registration: string) => glyphs(registration).map((one) => one.text).join('');

it('draws a blank between letters and number', () => {
  expect(drawn('1กข1234')).toBe('1กข 1234');
  expect(drawn('70-1234')).toBe('70-1234');
  expect(drawn('12345')).toBe('12345');
  expect(drawn('?กข12??')).toBe('?กข 12??');
  expect(drawn('กข??12')).toBe('กข ??12');
});

it('marks glyphs that differ on both sides', () => {
  expect(differing('กข1234', 'กช1284')).toEqual({ one: [1, 4], other: [1, 4] });
  expect(differing('กข1234', '1กข1234')).toEqual({ one: [], other: [0] });
  expect(differing('กข1234', 'กข123')).toEqual({ one: [5], other: [] });
  expect(differing('', 'ก')).toEqual({ one: [], other: [0] });
  expect(differing('กข1', 'กข1')).toEqual({ one: [], other: [] });
});

it('finds the place in a plate that is written out', () => {
  expect(placeIn('1กข 1234 Chiang Mai', '1กข1234')).toBe('Chiang Mai');
  expect(placeIn('70-1234', '70-1234')).toBe('');
});
