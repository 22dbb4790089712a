import { expect, it } from 'vitest';
import { bangkokDay, dayAfter, dayText, endOf, lastDayOf, parseDay } from './dates';

it('reads a day however it is written', () => {
  for (const text of ['1 ต.ค. 2569', '1 ตุลาคม พ.ศ. 2569', '๑/๑๐/๖๙', '1/10/2569', '1-10-2026', '01.10.69', '1 Oct 2026', '2026-10-01', '2569-10-01', ' 1 ตค 69 ']) {
    expect([text, parseDay(text)]).toEqual([text, '2026-10-01']);
  }
});
it('takes nothing that is no day', () => {
  for (const text of ['', '31/2/2569', '1/13/2569', 'พรุ่งนี้', '1 ต.ค.', '1/10/0269', '32 ต.ค. 2569']) expect([text, parseDay(text)]).toEqual([text, null]);
});
it('writes B.E. in Thai and C.E. in English, and reads both again', () => {
  expect(dayText('2026-11-22', 'th')).toBe('22 พ.ย. 2569');
  expect(dayText('2026-11-22', 'en')).toBe('22 Nov 2026');
  for (let day = '2024-02-25'; day < '2025-03-03'; day = dayAfter(day)) {
    expect(parseDay(dayText(day, 'th'))).toBe(day);
    expect(parseDay(dayText(day, 'en'))).toBe(day);
  }
});
it('counts days by the calendar in Bangkok', () => {
  expect(bangkokDay(new Date('2026-11-21T16:59:00Z'))).toBe('2026-11-21');
  expect(bangkokDay(new Date('2026-11-21T17:00:00Z'))).toBe('2026-11-22');
  expect(endOf('2026-12-31')).toBe('2027-01-01T00:00:00+07:00');
  expect(lastDayOf('2026-12-31T17:00:00Z')).toBe('2026-12-31');
  expect(lastDayOf(endOf('2026-02-28'))).toBe('2026-02-28');
});
