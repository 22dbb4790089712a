import { describe, expect, it } from 'vitest';
import { bodyOf, daysFrom, gapFacts, inCell, monday, troubled, type Planned } from './roster';

const row = (id: string, more: Partial<Planned> = {}): Planned => ({
  id, day: '2026-11-23', shift_id: 's', shift_th: '', shift_en: '', starts: '08:00', ends: '16:00', unit_id: `u${id}`, unit_sign: `เวียง ${id}`, unit_kind: 'car', unit_vehicle: '', unit_registration: '',
  call_sign: '', vehicle: '', registration: '', beat: '', note: '', version: 1, changed_at: '', changed_by: '', crew: [], gaps: [], ...more,
});

describe('the roster', () => {
  it('begins its week on Monday, across months and years', () => {
    expect(monday('2026-11-23')).toBe('2026-11-23');
    expect(monday('2026-11-29')).toBe('2026-11-23');
    expect(monday('2027-01-01')).toBe('2026-12-28');
    expect(daysFrom('2026-12-30', 3)).toEqual(['2026-12-30', '2026-12-31', '2027-01-01']);
  });

  it('finds what lies in a cell and what is wrong', () => {
    const rows = [row('1'), row('2', { shift_id: 't' }), row('3', { gaps: [{ kind: 'nobody', account_id: null, other: null }] })];
    expect(inCell(rows, '2026-11-23', 's').map((one) => one.id)).toEqual(['1', '3']);
    expect(troubled(rows).map((one) => one.id)).toEqual(['3']);
  });

  it('names who is planned twice, and where else', () => {
    const crew = [{ account_id: 'a', name_th: 'สมมุติ', name_en: 'Sommut', kind: 'officer' as const, line: 'traffic' as const, disabled: false }];
    const first = row('1', { crew, gaps: [{ kind: 'twice', account_id: 'a', other: '2' }] });
    const facts = gapFacts(first.gaps[0]!, first, [first, row('2', { call_sign: 'เหนือ 1' })], (one) => one.name_en);
    expect(facts).toEqual({ name: 'Sommut', other: 'เหนือ 1' });
    expect(bodyOf(first)).toEqual({ call_sign: '', vehicle: '', registration: '', beat: '', note: '', crew: [{ account_id: 'a', line: 'traffic' }] });
  });
});
