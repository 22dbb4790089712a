import { expect, it } from 'vitest';
import { bytesText, spanText } from './amounts';

it('says bytes', () => {
  expect([0, 999, 1000, 1234, 12_345_678, 34e9, 5e15].map(bytesText)).toEqual(['0 B', '999 B', '1.0 kB', '1.2 kB', '12 MB', '34 GB', '5000 TB']);
});

it('says spans in both languages', () => {
  expect([-1, 59, 60, 7200, 172_799, 172_800].map((s) => spanText(s, 'th'))).toEqual(['0 วินาที', '59 วินาที', '1 นาที', '2 ชั่วโมง', '47 ชั่วโมง', '2 วัน']);
  expect(spanText(7200, 'en')).toBe('2 h');
});
