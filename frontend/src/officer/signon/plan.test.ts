import { describe, expect, it } from 'vitest';
import { bodyOf, choiceOf, crewOf, endedByOther, waitsForOfficer, type Choice, type SignOn } from './plan';

const AT = '2026-11-22T18:00:00Z';
const unit = (id: string): Choice['unit'] => ({ id, call_sign: id, kind: 'car', name_th: id, name_en: id });
const member = (id: string, kind: 'officer' | 'police_volunteer') => ({ account_id: id, name_th: id, name_en: id, kind, line: 'traffic' as const, disabled: false });
const on = (id: string, kind: 'officer' | 'police_volunteer') => ({ ...member(id, kind), from_at: AT, late_s: 0 });
const choice = (id: string, more: Partial<Choice> = {}): Choice => ({ unit: unit(id), why: 'own', shift_id: null, call_sign: id, vehicle: '', registration: '', beat: '', ends_at: null, crew: [], there: [], note: null, ...more });
const form = (more: Partial<SignOn> = {}): SignOn => ({ kind: 'officer', line: 'prevention', shifts: [], shift_id: null, choices: [choice('a', { crew: [member('me', 'officer'), member('v', 'police_volunteer')] }), choice('b')], people: [], last: null, now: AT, ...more });

describe('the sign-on form', () => {
  it('proposes the first choice and its crew without oneself', () => {
    expect(choiceOf(form(), {})?.unit.id).toBe('a');
    expect(crewOf(form(), {}, 'me').map((one) => one.account_id)).toEqual(['v']);
    expect(choiceOf(form(), { unit_id: 'b' })?.unit.id).toBe('b');
    expect(choiceOf(form(), { unit_id: 'gone' })?.unit.id).toBe('a');
    expect(choiceOf(null, {})).toBeNull();
  });

  it('says nothing but the hour when nothing was touched', () => expect(bodyOf({}, AT)).toEqual({ on: true, at: AT }));

  it('says what was touched, an emptied crew too', () => {
    expect(bodyOf({ vehicle: '', line: 'traffic', shift_id: undefined, crew: [] }, AT)).toEqual({ on: true, at: AT, vehicle: '', line: 'traffic', crew: [] });
    expect(bodyOf({ crew: [member('v', 'police_volunteer')] }, AT).crew).toEqual([{ account_id: 'v', line: 'traffic' }]);
  });

  it('lets a volunteer wait for the officer', () => {
    expect(waitsForOfficer(form(), {})).toBe(false);
    expect(waitsForOfficer(form({ kind: 'police_volunteer' }), {})).toBe(true);
    expect(waitsForOfficer(form({ kind: 'police_volunteer', choices: [choice('a', { there: [on('x', 'police_volunteer')] })] }), {})).toBe(true);
    expect(waitsForOfficer(form({ kind: 'police_volunteer', choices: [choice('a', { there: [on('o', 'officer')] })] }), {})).toBe(false);
  });

  it('tells of a duty that somebody else ended, for half a day', () => {
    const last = { to_at: AT, why: 'officer_left' as const, call_sign: 'a' };
    const then = Date.parse(AT);
    expect(endedByOther(form({ last }), then + 3_600_000)).toEqual(last);
    expect(endedByOther(form({ last }), then + 13 * 3_600_000)).toBeNull();
    expect(endedByOther(form({ last: { ...last, why: '' } }), then)).toBeNull();
  });
});
