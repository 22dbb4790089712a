import { expect, it } from 'vitest';
import { aboutText, spanText } from './spans';

it('says exact spans exactly', () => {
  expect([0, 59, 60, 90, 1800, 3600, 5400, 86_400].map((one) => spanText(one, 'en'))).toEqual(['0 s', '59 s', '1 min', '90 s', '30 min', '1 h', '90 min', '1 d']);
  expect(spanText(1800, 'th')).toBe('30 นาที');
});

it('says about how long something took', () => {
  expect([12, 61, 3600, 8040, 90_000].map((one) => aboutText(one, 'en'))).toEqual(['12 s', '1 min', '1 h', '2 h 14 min', '1 d 1 h']);
  expect(aboutText(8040, 'th')).toBe('2 ชม. 14 นาที');
});
