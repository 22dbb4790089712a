import { describe, expect, it } from 'vitest';
import { across, along, barAround, grouped, labels, marksOf, momentAt, recordedAt, shares, wanted, type Mark, type Piece } from './timeline';

const S = 1000;
const MIN = 60 * S;
const bar = { since: 0, until: 100 * S };
const piece = (since: number, until: number): Piece => ({ since: since * S, until: until * S, init: 'i', media: 'm' });
const PIECES = [piece(0, 30), piece(30, 60), piece(90, 120)];

describe('the bar', () => {
  it('goes there and back', () => {
    expect(along(25 * S, bar)).toBe(0.25);
    expect(momentAt(0.25, bar)).toBe(25 * S);
    expect(along(-5, bar)).toBe(0);
    expect(momentAt(2, bar)).toBe(100 * S);
    expect(along(3, { since: 3, until: 3 })).toBe(0);
  });
  it('cuts what reaches out and leaves out what lies outside', () => {
    expect(shares([{ since: -50 * S, until: 10 * S }, { since: 200 * S, until: 300 * S }, { since: 90 * S, until: 300 * S }], bar)).toEqual([
      { left: 0, width: 0.1 },
      { left: 0.9, width: 1 - 0.9 },
    ]);
  });
  it('writes few labels, on round Bangkok times', () => {
    const day = { since: Date.parse('2026-11-21T09:13:00Z'), until: Date.parse('2026-11-22T09:13:00Z') };
    const found = labels(day);
    expect(found.length).toBeLessThanOrEqual(8);
    expect(found.length).toBeGreaterThan(3);
    for (const at of found) expect((at + 7 * 60 * MIN) % (240 * MIN)).toBe(0);
    expect(labels({ since: 0, until: 10 * MIN }).length).toBeGreaterThan(3);
  });
  it('draws the gravest mark last, and none outside', () => {
    const mark = (key: string, at: number, priority: number): Mark => ({ key, at, priority, kind: 'incident', text: '' });
    expect(marksOf(bar, [mark('a', 5, 1), mark('b', 7, 3), mark('c', 200 * S, 1), mark('d', -1, 2)]).map((one) => one.key)).toEqual(['b', 'a']);
  });
  it('never reaches beyond now', () => {
    expect(barAround(95 * MIN, 10, 97 * MIN)).toEqual({ since: 87 * MIN, until: 97 * MIN });
    expect(barAround(50 * MIN, 10, 97 * MIN)).toEqual({ since: 45 * MIN, until: 55 * MIN });
  });
});

describe('playing', () => {
  const present = [{ since: 0, until: 60 * S }, { since: 90 * S, until: 120 * S }];
  it('shows the wished moment, or the next there is', () => {
    expect(recordedAt(10 * S, present)).toBe(10 * S);
    expect(recordedAt(70 * S, present)).toBe(90 * S);
    expect(recordedAt(500 * S, present)).toBe(118 * S);
    expect(recordedAt(10, [])).toBeNull();
    expect(recordedAt(70 * S, present, true)).toBe(58 * S);
    expect(recordedAt(-5 * S, present, true)).toBe(0);
  });
  it('asks for what is under the position, then ahead', () => {
    expect(wanted(PIECES, new Map(), 10 * S, 20 * S)).toBe(PIECES[0]);
    expect(wanted(PIECES, new Map([[0, 30 * S]]), 10 * S, 15 * S)).toBeNull();
    expect(wanted(PIECES, new Map([[0, 30 * S]]), 10 * S, 25 * S)).toBe(PIECES[1]);
  });
  it('asks again for a piece that has grown', () => expect(wanted(PIECES, new Map([[0, 12 * S]]), 10 * S, 5 * S)).toBe(PIECES[0]));
  it('asks for the far side of a gap', () => {
    expect(wanted(PIECES, new Map(), 62 * S, 5 * S)).toBe(PIECES[2]);
    expect(wanted(PIECES, new Map([[90 * S, 120 * S]]), 62 * S, 5 * S)).toBeNull();
    expect(wanted(PIECES, new Map(), 130 * S, 5 * S)).toBeNull();
  });
  it('goes across a gap, not out of a piece', () => {
    expect(across(10 * S, PIECES)).toBeNull();
    expect(across(59.9 * S, PIECES)).toBe(90 * S);
    expect(across(119.9 * S, PIECES)).toBeNull();
  });
});

describe('marks that would stand on each other', () => {
  const mark = (at: number, priority = 3): Mark => ({ key: `m${at}`, at: at * S, kind: 'rule', priority, text: String(at) });
  it('are one group, as grave as its gravest, and nothing is lost', () => {
    const groups = grouped([mark(50), mark(2, 1), mark(1), mark(4), mark(99)], bar, 1000, 40);
    expect(groups.map((one) => [one.at / S, one.marks.length, one.priority])).toEqual([[1, 3, 1], [50, 1, 3], [99, 1, 3]]);
    expect(grouped([], bar, 1000, 40)).toEqual([]);
  });
  it('stand apart on a wider bar, and never nearer than they may', () => {
    expect(grouped([mark(1), mark(2), mark(3)], bar, 10_000, 40)).toHaveLength(3);
    const many = grouped(Array.from({ length: 100 }, (_, n) => mark(n)), bar, 390, 40);
    expect(many.reduce((sum, one) => sum + one.marks.length, 0)).toBe(100);
    for (let n = 1; n < many.length; n++) expect((along(many[n]!.at, bar) - along(many[n - 1]!.at, bar)) * 390).toBeGreaterThanOrEqual(40);
  });
});
