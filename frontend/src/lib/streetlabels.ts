/** Which street names stand on a small map, and where. Pure; no part of a page's beginning. */
import { tagAt, type Plane, type Spot } from './near';
import type { Streets } from './types';

export interface StreetLabel {
  id: number;
  th: string;
  en: string;
  x: number;
  y: number;
  /** Degrees; never upside down. */
  turn: number;
}

/** About as wide as a letter of a name is, px; and how near the middles of two lines of letters may come. */
const LETTER = 6;
const APART = 16;

/** Dots along a line of letters through a place, ends included: together they tell what it covers. */
function along(x: number, y: number, turn: number, half: number): [number, number][] {
  const [dx, dy] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
  const steps = Math.max(1, Math.ceil((2 * half) / APART));
  return Array.from({ length: steps + 1 }, (_, n) => {
    const far = -half + (2 * half * n) / steps;
    return [x + far * dx, y + far * dy];
  });
}

/**
 * Names for a few streets: each name once, at the middle of its longest piece in the picture, main roads first, never
 * over another name, over a mark in `keep` or its name, or over the scale at the lower left, never cut by the picture's edge.
 */
export function streetLabels(streets: Streets, on: Plane, keep: readonly Spot[], most = 6): StreetLabel[] {
  const rank = (kind: string): number => ({ main: 0, collector: 1, soi: 2 })[kind] ?? 3;
  const best = new Map<string, StreetLabel & { length: number; rank: number }>();
  for (const street of streets.features) {
    const { id, name_th, name_en } = street.properties;
    if (!name_th && !name_en) continue;
    const points = street.geometry.coordinates.map((point) => on.at({ lon: point[0] ?? 0, lat: point[1] ?? 0 }));
    for (let n = 1; n < points.length; n += 1) {
      const [ax, ay] = points[n - 1] ?? [0, 0];
      const [bx, by] = points[n] ?? [0, 0];
      const x = (ax + bx) / 2;
      const y = (ay + by) / 2;
      if (x < 30 || y < 14 || x > on.width - 30 || y > on.height - 14) continue;
      const length = Math.hypot(bx - ax, by - ay);
      const name = name_th ?? name_en ?? '';
      if (length < 24 || (best.get(name)?.length ?? 0) >= length) continue;
      let turn = (Math.atan2(by - ay, bx - ax) * 180) / Math.PI;
      if (turn > 90) turn -= 180;
      if (turn < -90) turn += 180;
      best.set(name, { id, th: name, en: name_en ?? name, x, y, turn, length, rank: rank(street.properties.class) });
    }
  }
  const scale = on.width / 8 + 30;
  const taken = keep.flatMap((spot) => {
    const [x, y] = on.at(spot);
    return [...along(x, y, 0, 90), ...along(x, y + tagAt(y), 0, 90)];
  });
  taken.push(...along(scale, on.height - 14, 0, scale));
  const chosen: StreetLabel[] = [];
  for (const { length: _length, rank: _rank, ...label } of [...best.values()].sort((a, b) => a.rank - b.rank || b.length - a.length)) {
    if (chosen.length >= most) break;
    const covers = along(label.x, label.y, label.turn, (Math.max(label.th.length, label.en.length) * LETTER) / 2);
    const cut = covers.some(([x, y]) => x < 4 || y < 8 || x > on.width - 4 || y > on.height - 8);
    if (cut || covers.some(([x, y]) => taken.some(([a, b]) => Math.hypot(a - x, b - y) < APART))) continue;
    taken.push(...covers);
    chosen.push(label);
  }
  return chosen;
}
