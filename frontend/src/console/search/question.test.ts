import { expect, it } from 'vitest';
import { blank, fromHash, fromKept, isBlank, paramsOf, toHash, toKept, type Question } from './question';

const asked: Question = { ...blank(), q: 'ตลาด & ซอย 9', code: ['FGT', 'NOI'], priority: ['1'], since: '22/11/2569', lon: '98.98', lat: '18.79', radius_m: '100', attached: 'true' };

it('is a link and back', () => {
  expect(fromHash(toHash(asked))).toEqual(asked);
  expect(fromHash('#search')).toEqual(blank());
  expect(fromHash('#other')).toBeNull();
});
it('is kept and back', () => expect(fromKept(toKept(asked))).toEqual(asked));
it('keeps numbers as numbers', () => expect(toKept(asked)).toMatchObject({ priority: [1], radius_m: 100, attached: true }));
it('says nothing of what is empty', () => {
  expect(paramsOf(blank()).toString()).toBe('');
  expect(isBlank({ ...blank(), sort: 'oldest' })).toBe(true);
  expect(isBlank(asked)).toBe(false);
});
