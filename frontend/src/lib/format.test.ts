import { describe, expect, it } from 'vitest';
import { ageOf, agoText, dateText, distanceText, elapsedText, minutesText, plain, timeText, whenText } from './format';

// 18:14:09 UTC on 21 November 2026 is 01:14:09 of the 22nd in Bangkok.
const night = new Date('2026-11-21T18:14:09Z');

describe('dates', () => {
  it('is Buddhist in Thai and common in English', () => {
    expect(dateText(night, 'th')).toBe('อา. 22 พ.ย. 2569');
    expect(dateText(night, 'en')).toBe('Sun 22 Nov 2026');
    expect(timeText(night)).toBe('01:14:09');
    expect(timeText(night, false)).toBe('01:14');
  });
  it('turns the year at Bangkok midnight', () => {
    expect(dateText(new Date('2026-12-31T17:00:00Z'), 'th', false)).toBe('1 ม.ค. 2570');
    expect(timeText(new Date('2026-12-31T17:00:00Z'))).toBe('00:00:00');
  });
  it('names the day only when it is another one', () => {
    expect(whenText(night, new Date('2026-11-22T01:00:00Z'), 'th')).toBe('01:14:09');
    expect(whenText(night, new Date('2026-11-22T17:00:01Z'), 'th')).toBe('22 พ.ย. 2569 01:14');
  });
});

it('counts up', () => {
  expect([-3, 0, 42.9, 725, 3723].map(elapsedText)).toEqual(['0:00', '0:00', '0:42', '12:05', '1:02:03']);
});
it('says how long ago', () => {
  expect(agoText(185, 'th')).toBe('3 นาทีที่แล้ว');
  expect(agoText(185, 'en')).toBe('3 min ago');
  expect(agoText(8, 'th')).toBe('8 วินาทีที่แล้ว');
  expect(agoText(90_000, 'en')).toBe('1 d ago');
});
it('measures', () => {
  expect(distanceText(144, 'th')).toBe('140 ม.');
  expect(distanceText(2589, 'en')).toBe('2.6 km');
  expect(minutesText(20, 'th')).toBe('1 นาที');
  expect(minutesText(252, 'en')).toBe('4 min');
});
it('knows fresh from stale', () => expect([0, 10, 11, 60, 61].map(ageOf)).toEqual(['fresh', 'fresh', 'fading', 'fading', 'stale']));
it('makes text comparable', () => expect(plain(' ซอย\u200B๑๒ ABC ')).toBe('ซอย12 abc'));

it('speaks seven tongues, and the Buddhist year in Thai alone', () => {
  expect(minutesText(252, 'ja')).toBe('4分');
  expect(minutesText(252, 'ru')).toBe('4\u00A0мин');
  expect(agoText(185, 'zh')).toBe('3分钟前');
  expect(agoText(185, 'ko')).toBe('3분 전');
  expect(agoText(185, 'ms')).toBe('3 min lalu');
  expect(agoText(90_000, 'ru')).toBe('1\u00A0дн. назад');
  expect(distanceText(2589, 'ru')).toBe('2,6\u00A0км');
  expect(distanceText(144, 'zh')).toBe('140米');
  for (const tongue of ['zh', 'ja', 'ko', 'ru', 'ms'] as const) expect(dateText(night, tongue)).toMatch(/22(?!\d).*2026|2026.*22(?!\d)/);
  expect(dateText(night, 'ja', false)).toBe('2026年11月22日');
});
