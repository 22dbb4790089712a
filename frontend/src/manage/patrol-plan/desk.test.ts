import { describe, expect, it } from 'vitest';
import { along, clockOf, dayAfter, minutesOf, nameOfPlace, wanted, type Request } from './desk';

describe('the patrol desk', () => {
  it('says minutes as a clock and reads them again', () => {
    expect(clockOf(1290)).toBe('21:30');
    expect(minutesOf('21:30')).toBe(1290);
    expect(clockOf(null)).toBe('');
    expect(minutesOf('')).toBeNull();
    expect(clockOf(1440)).toBe('00:00');
  });
  it('names a place in the other language where it has none in this', () => {
    expect(nameOfPlace({ th: 'วัด', en: 'Temple' }, 'en')).toBe('Temple');
    expect(nameOfPlace({ th: 'วัด', en: '' }, 'en')).toBe('วัด');
    expect(nameOfPlace({}, 'th')).toBe('');
  });
  it('lays days along a line, and nothing that lies beside it', () => {
    expect(along('2026-11-01', '2026-11-10', '2026-11-01', 20)).toEqual({ left: 0, width: 0.5 });
    expect(along('2026-10-01', '2026-11-02', '2026-11-01', 20)).toEqual({ left: 0, width: 0.1 });
    expect(along('2026-12-01', '2026-12-10', '2026-11-01', 20)).toBeNull();
    expect(dayAfter('2026-12-31', 1)).toBe('2027-01-01');
  });
  it('finds a request by any of its words', () => {
    const row = { label: 'บ้านรั้วเขียว', reference: 'ฝ 12/2569', note: '', place: null } as Request;
    expect(wanted(row, '')).toBe(true);
    expect(wanted(row, '12/2569 บ้าน')).toBe(true);
    expect(wanted(row, 'บ้าน แดง')).toBe(false);
  });
});
