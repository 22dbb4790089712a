/** The hours of shifts over one day on the wall, in minutes: what nobody covers, what two cover. Pure. */
import type { Shift } from '$lib/types';

export const DAY = 1440;
export interface Piece {
  from: number;
  to: number;
}

/** "08:30" → 510. */
export function minutes(at: string): number {
  const [h, m] = at.split(':').map(Number) as [number, number];
  return h * 60 + m;
}

/** 510 → "08.30"; the end of the day is written 24.00, as on Thai rosters. */
export function clock(at: number): string {
  return `${String(Math.floor(at / 60)).padStart(2, '0')}.${String(at % 60).padStart(2, '0')}`;
}

/** A shift's pieces of one day; one that ends at or before its start goes over midnight, 24.00 is written 00:00. */
export function pieces(shift: Pick<Shift, 'starts' | 'ends'>): Piece[] {
  const from = minutes(shift.starts);
  const to = minutes(shift.ends) || DAY;
  return from < to ? [{ from, to }] : [{ from, to: DAY }, { from: 0, to }].filter((piece) => piece.from < piece.to);
}

export function length(shift: Pick<Shift, 'starts' | 'ends'>): number {
  return pieces(shift).reduce((sum, piece) => sum + piece.to - piece.from, 0);
}

function where(shifts: readonly Pick<Shift, 'starts' | 'ends'>[], wanted: (count: number) => boolean): Piece[] {
  const all = shifts.flatMap(pieces);
  const cuts = [...new Set([0, DAY, ...all.flatMap((piece) => [piece.from, piece.to])])].sort((a, b) => a - b);
  const found: Piece[] = [];
  for (let index = 0; index + 1 < cuts.length; index += 1) {
    const [from, to] = [cuts[index] as number, cuts[index + 1] as number];
    if (!wanted(all.filter((piece) => piece.from <= from && to <= piece.to).length)) continue;
    const last = found[found.length - 1];
    if (last && last.to === from) last.to = to;
    else found.push({ from, to });
  }
  return found;
}

/** The hours that no shift covers; a whole empty day is one piece. */
export const uncovered = (shifts: readonly Pick<Shift, 'starts' | 'ends'>[]): Piece[] => where(shifts, (count) => count === 0);
/** The hours that two or more shifts cover. */
export const doubled = (shifts: readonly Pick<Shift, 'starts' | 'ends'>[]): Piece[] => where(shifts, (count) => count > 1);
