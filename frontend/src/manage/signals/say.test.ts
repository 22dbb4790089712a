import { describe, expect, it } from 'vitest';
import { noteText, troubleText, whyText, wrongText } from './say';
import { NOTES, TROUBLES, WHYS, type Detail } from './types';

const note = (code: string, facts: Record<string, unknown> = {}) => noteText({ id: '1', at: '2026-01-01T00:00:00Z', code, by: '', facts } as Detail['notes'][number]);

describe('what a junction says', () => {
  it('has words for every code, and shows others as they are', () => {
    for (const code of WHYS) expect(whyText(code, {})).not.toContain('why.');
    for (const code of NOTES) expect(note(code)).not.toContain('note.');
    expect(note('new')).toBe('new');
  });
  it('says what is wrong with a controller, and only of one that does not answer to look at its line', () => {
    for (const code of TROUBLES) expect(troubleText(code)).not.toMatch(/trouble\.|signals_/);
    expect(note('plant_trouble', { error: 'signals_flashing' })).toContain(troubleText('signals_flashing'));
    expect(note('plant_trouble', { error: 'signals_new' })).toContain('signals_new');
    expect(wrongText('signals_set_ignored')).toContain(troubleText('signals_set_ignored'));
    expect(wrongText('signals_no_answer')).toBe(wrongText('signals_plant_silent'));
    expect(wrongText('signals_no_answer')).not.toBe(wrongText('signals_flashing'));
  });
  it('says of a green way for whom it was, what it cost, and when the unit passed', () => {
    const facts = { unit: 'P-21', held_s: 24, waited_s: 210, passed_s: Date.UTC(2026, 0, 1, 15, 31, 5) / 1000 };
    for (const part of ['P-21', '24', '210', '22:31:05']) expect(note('green_way_ended', facts)).toContain(part);
    expect(note('green_way_ended', { ...facts, passed_s: null })).not.toContain('22:31');
    expect(whyText('green_way_holds', { eta_s: 7.6, held_s: 12.2, queue: 0, clear_s: 0 })).toMatch(/8.*12/);
  });
});
