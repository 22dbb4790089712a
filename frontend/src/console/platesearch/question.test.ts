import { describe, expect, it } from 'vitest';
import { again, askedOf, blank, lacking, times, typed, unsaid, usualWithin, type Question } from './question';

const NOW = Date.parse('2026-11-22T18:14:00Z'); // 01:14 on the 23rd in Bangkok
const q = (changed: Partial<Question> = {}): Question => ({ ...blank(), plate: '1กข 1234', ...changed });

describe('times', () => {
  it('begins today at Bangkok’s midnight, not at UTC’s', () => {
    expect(times(q({ span: 'today' }), NOW)?.from.toISOString()).toBe('2026-11-22T17:00:00.000Z');
  });
  it('takes typed moments in the Buddhist Era, with Thai digits', () => {
    const meant = times(q({ span: '', from: '๒๒/๑๑/๒๕๖๙ ๐๑:๓๐', to: '22/11/69 3.00' }), NOW);
    expect([meant?.from.toISOString(), meant?.to.toISOString()]).toEqual(['2026-11-21T18:30:00.000Z', '2026-11-21T20:00:00.000Z']);
  });
  it('makes a quick range typed without moving it', () => {
    const before = q({ span: 'week' });
    expect(times(typed(before, NOW), NOW)).toEqual(times(before, NOW));
  });
});

describe('lacking', () => {
  it('wants a plate where the kind is about one, and none where it is about a place', () => {
    expect(lacking(q({ plate: ' ' }), NOW)).toEqual(['plate']);
    expect(lacking(q({ plate: '', kind: 'place' }), NOW)).toEqual([]);
    expect(lacking(q({ plate: '', kind: 'together' }), NOW)).toEqual(['plate']);
  });
  it('wants digits and the province together', () => {
    expect(lacking(q({ kind: 'digits', plate: '๑๒๓๔', province: '' }), NOW)).toEqual(['province']);
    expect(lacking(q({ kind: 'digits', plate: 'กข12', province: '50' }), NOW)).toEqual(['digits']);
    expect(lacking(q({ kind: 'digits', plate: '123456', province: '50' }), NOW)).toEqual(['digits']);
  });
  it('refuses times that cannot be read, that are turned round, or that lie ahead', () => {
    expect(lacking(q({ span: '', from: '31/02/2569', to: '22/11/2569' }), NOW)).toEqual(['times']);
    expect(lacking(q({ span: '', from: '22/11/2569', to: '21/11/2569' }), NOW)).toEqual(['order']);
    expect(lacking(q({ span: '', from: '22/12/2569', to: '23/12/2569' }), NOW)).toEqual(['order']);
  });
  it('wants both places of a convoy and three corners of an area', () => {
    const convoy = q({ kind: 'convoy', plate: '', where: 'all' });
    expect(lacking(convoy, NOW)).toEqual(['cameras', 'then']);
    expect(lacking({ ...convoy, where: 'cameras', cameras: ['A'], then: ['B'] }, NOW)).toEqual([]);
    expect(lacking(q({ where: 'area', area: [[99, 18], [99.1, 18]] }), NOW)).toEqual(['area']);
  });
});

it('wants a reason, ten letters of words, and a case', () => {
  expect(unsaid(q())).toEqual(['reason', 'said', 'case']);
  expect(unsaid(q({ reason: 'stolen', said: '   รถหาย   ', case_number: '1' }))).toEqual(['said']);
  expect(unsaid(q({ reason: 'stolen', said: 'รถหายหน้าตลาด', case_number: '1' }))).toEqual([]);
});

describe('askedOf', () => {
  it('says only what the kind knows', () => {
    const asked = askedOf(q({ kind: 'together', type: 'van', where: 'cameras', cameras: ['A'], within: 30 }), NOW, 'z');
    expect(asked).toMatchObject({ kind: 'together', plate: '1กข 1234', cameras: [], within_s: 30 });
    expect(asked).not.toHaveProperty('vehicle_type');
    expect(askedOf(q({ kind: 'place', plate: 'x', type: 'van', where: 'zone' }), NOW, 'z')).toMatchObject({ plate: '', vehicle_type: 'van', zone_id: 'z' });
  });
  it('sends minutes of a convoy as seconds, and Thai digits as ours', () => {
    expect(askedOf(q({ kind: 'convoy', where: 'cameras', cameras: ['A'], then: ['B'], within: 5 }), NOW, null)).toMatchObject({ within_s: 300, plate: '', then_cameras: ['B'] });
    expect(askedOf(q({ kind: 'digits', plate: '๑ ๒๓๔', province: '50' }), NOW, null)?.plate).toBe('1234');
  });
  it('is nothing while something is lacking', () => expect(askedOf(q({ plate: '' }), NOW, null)).toBeNull());
});

it('asks again what was asked before', () => {
  for (const one of [
    q({ kind: 'convoy', plate: '', where: 'cameras', cameras: ['A'], then: ['B'], within: 7, span: '', from: '22/11/2569 01:00', to: '22/11/2569 02:00' }),
    q({ where: 'area', area: [[99, 18], [99.1, 18], [99.1, 18.1]], province: '50', colour: 'red', span: '', from: '22/11/2569 01:00', to: '22/11/2569 02:00' }),
  ]) {
    const asked = askedOf(one, NOW, null);
    const told = { ...asked, ...(asked?.area ? { area: { type: 'Polygon', coordinates: [[...asked.area, asked.area[0]]] } } : {}) };
    expect(again(told as Record<string, unknown>)).toEqual({ ...one, within: one.kind === 'convoy' ? 7 : usualWithin(one.kind) });
  }
  expect(again({}).kind).toBe('exact');
});
