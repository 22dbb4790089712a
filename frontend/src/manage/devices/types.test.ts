import { expect, it } from 'vitest';
import { nextKey } from './types';

it('offers the next key of a kind, as wide as the others', () => {
  expect(nextKey('sos_pole', ['pole-01', 'pole-08', 'cam-100'])).toBe('pole-09');
  expect(nextKey('camera', ['cam-099'])).toBe('cam-100');
  expect(nextKey('hook', [])).toBe('hook-01');
  expect(nextKey('new_kind', ['x'])).toBe('new-kind-01');
});
