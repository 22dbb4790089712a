import { expect, it } from 'vitest';
import { fromHash, toHash } from './address';

const ID = '00000000-0000-7666-803b-60a77e9a260b';

it('holds what is shown in the link', () => {
  for (const shown of [null, { id: ID, at: null }, { id: ID, at: 'replay' as const }, { id: ID, at: 1795339205159 }]) expect(fromHash(toHash(shown))).toEqual(shown);
  expect(fromHash('#cameras/evil<script>')).toBeNull();
  expect(fromHash('')).toBeNull();
});
