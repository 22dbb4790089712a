import { describe, expect, it } from 'vitest';
import { fits, tone, type Checkpoint } from './types';

const row = { code: 'A-01', name_th: 'ธนาคารตลาด', name_en: 'Market Bank', owner_name: '', note: '', retired: false, last_at: '2026-11-22T00:00:00Z', last_state: 'proven' } as Checkpoint;
const NOW = Date.parse('2026-11-22T03:00:00Z');

describe('a checkpoint', () => {
  it('is found by any of its words, in any order and case', () => {
    expect(fits(row, '')).toBe(true);
    expect(fits(row, 'bank a-01')).toBe(true);
    expect(fits(row, 'ตลาด')).toBe(true);
    expect(fits(row, 'bank gold')).toBe(false);
  });

  it('is green for a day after a proven visit, and plain when nobody came', () => {
    expect(tone(row, NOW)).toBe('good');
    expect(tone({ ...row, last_state: 'doubted' }, NOW)).toBe('warn');
    expect(tone(row, NOW + 86_400_000)).toBe('plain');
    expect(tone({ ...row, last_at: null }, NOW)).toBe('plain');
    expect(tone({ ...row, retired: true }, NOW)).toBe('plain');
  });
});
