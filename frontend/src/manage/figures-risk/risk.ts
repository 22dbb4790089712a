/** The surface of risk as the page works it out: which cells stand out, in a map or in two hours of the week. */
import type { components } from '$schemas';
import type { LonLat } from '$lib/types';

export type Risk = components['schemas']['RiskOut'];
export type Cell = components['schemas']['CellOut'];

export const MAPS = ['ours', 'all_history', 'last_year', 'kde', 'promap'] as const;
export type MapName = (typeof MAPS)[number];
export const SLOTS_A_DAY = 12, SLOTS = 84, STEPS = 4;
/** Shares of area, the foremost last: a cell's step is the smallest of them that it lies in. */
export const AREAS = [0.2, 0.1, 0.05, 0.02] as const;
/** Of all hours of all cells, the share below each step. */
const BELOW = [0.8, 0.95, 0.99, 0.998] as const;

/** What a map says of a cell; the maps beside ours know shares alone. */
export function scoreOf(cell: Cell, map: MapName): number {
  return map === 'ours' ? cell.expected : (cell.maps[MAPS.indexOf(map) - 1] ?? 0);
}

/** Cases expected in a slot of two hours, over all the weeks. */
export function inSlot(cell: Cell, slot: number): number {
  return (cell.expected * (cell.hours[slot] ?? 0)) / 10_000;
}

/** The step (0 to 3) of each cell by its rank in a map; -1: outside the foremost fifth, or nothing known there. */
export function ranked(cells: readonly Cell[], map: MapName, lookedAt: number): number[] {
  const order = cells.map((_, n) => n).sort((a, b) => scoreOf(cells[b] as Cell, map) - scoreOf(cells[a] as Cell, map));
  const steps = new Array<number>(cells.length).fill(-1);
  order.forEach((n, rank) => {
    if (scoreOf(cells[n] as Cell, map) <= 0) return;
    AREAS.forEach((area, step) => { if (rank < Math.max(1, Math.round(area * lookedAt))) steps[n] = step; });
  });
  return steps;
}

/** Where each step of hours begins, the same for all hours of the week so that quiet ones look quiet. */
export function hourSteps(cells: readonly Cell[]): number[] {
  const all: number[] = [];
  for (const cell of cells) for (let slot = 0; slot < SLOTS; slot += 1) all.push(inSlot(cell, slot));
  all.sort((a, b) => a - b);
  return BELOW.map((share) => all[Math.min(all.length - 1, Math.floor(share * all.length))] ?? 0);
}

export function stepAt(value: number, steps: readonly number[]): number {
  let step = -1;
  steps.forEach((from, n) => { if (value > 0 && value >= from) step = n; });
  return step;
}

/** The corners of a cell. */
export function ringOf(cell: Cell, lon: number, lat: number): LonLat[] {
  const [x, y] = [lon / 2, lat / 2];
  return [[cell.lon - x, cell.lat - y], [cell.lon + x, cell.lat - y], [cell.lon + x, cell.lat + y], [cell.lon - x, cell.lat + y]];
}

/** The cell that a point lies in, as a number; -1 where none is looked at. */
export function cellAt(cells: readonly Cell[], at: LonLat, lon: number, lat: number): number {
  return cells.findIndex((cell) => Math.abs(cell.lon - at[0]) <= lon / 2 && Math.abs(cell.lat - at[1]) <= lat / 2);
}

/** The slots of a cell's week that bring most, latest first in the week's order. */
export function busiest(cell: Cell, many: number): number[] {
  return cell.hours.map((_, slot) => slot).sort((a, b) => (cell.hours[b] ?? 0) - (cell.hours[a] ?? 0) || a - b).slice(0, many).sort((a, b) => a - b);
}

/** A small number so that it can be told: 12, 3.4, 0.12, 0.003. */
export function small(value: number): string {
  if (value >= 10) return value.toFixed(0);
  return value >= 1 ? value.toFixed(1) : value >= 0.1 ? value.toFixed(2) : value >= 0.01 ? value.toFixed(3) : value > 0 ? '<0.01' : '0';
}
