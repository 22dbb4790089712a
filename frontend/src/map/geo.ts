/** Small plane geometry on longitude and latitude; good to a few metres over a zone. Pure. */
import type { MultiPolygon, Polygon, Position } from 'geojson';
import type { LonLat, Streets } from '$lib/types';

const EARTH_M = 6_371_008.8;
const RAD = Math.PI / 180;

/** Great-circle metres between two points. */
export function metresBetween(a: LonLat, b: LonLat): number {
  const dLat = (b[1] - a[1]) * RAD;
  const dLon = (b[0] - a[0]) * RAD;
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a[1] * RAD) * Math.cos(b[1] * RAD) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** The point `metres` away at `bearing` degrees clockwise from north. */
export function offset(from: LonLat, bearing: number, metres: number): LonLat {
  const north = (metres * Math.cos(bearing * RAD)) / EARTH_M / RAD;
  const east = (metres * Math.sin(bearing * RAD)) / (EARTH_M * Math.cos(from[1] * RAD)) / RAD;
  return [from[0] + east, from[1] + north];
}

/** What a camera looks over: a sector of `fov` degrees around `heading`, `range_m` deep. */
export function wedge(at: LonLat, heading: number, fov: number, range_m: number): Polygon {
  const ring: LonLat[] = [at];
  const steps = Math.max(6, Math.ceil(fov / 6));
  for (let n = 0; n <= steps; n += 1) ring.push(offset(at, heading - fov / 2 + (fov * n) / steps, range_m));
  ring.push(at);
  return { type: 'Polygon', coordinates: [ring] };
}

export type Bounds = [[number, number], [number, number]];

/** South-west and north-east corners of all positions, or null when there are none. */
export function boundsOf(positions: Iterable<Position>): Bounds | null {
  let west = Infinity, south = Infinity, east = -Infinity, north = -Infinity;
  for (const [lon, lat] of positions) {
    if (lon === undefined || lat === undefined) continue;
    west = Math.min(west, lon);
    east = Math.max(east, lon);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  return west === Infinity ? null : [[west, south], [east, north]];
}

export function ringsOf(geometry: Polygon | MultiPolygon): Position[][] {
  return geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat();
}

/** Everything but the zone: the whole world with the zone's outlines as holes. */
export function outside(geometry: Polygon | MultiPolygon): Polygon {
  const world: Position[] = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]];
  const outlines = geometry.type === 'Polygon' ? [geometry.coordinates[0]] : geometry.coordinates.map((polygon) => polygon[0]);
  return { type: 'Polygon', coordinates: [world, ...outlines.filter((ring): ring is Position[] => ring !== undefined)] };
}

/** Where a polygon's name stands best: the inside point farthest from any edge, found on a grid and then a finer one. */
export function labelPoint(geometry: Polygon | MultiPolygon): LonLat {
  const rings = ringsOf(geometry);
  const bounds = boundsOf(rings.flat());
  if (!bounds) return [0, 0];
  const shrink = Math.cos(((bounds[0][1] + bounds[1][1]) / 2) * RAD);
  const depth = (x: number, y: number): number => {
    let inside = false;
    let nearest = Infinity;
    for (const ring of rings) {
      for (let n = 1; n < ring.length; n += 1) {
        const [ax = 0, ay = 0] = ring[n - 1] as Position;
        const [bx = 0, by = 0] = ring[n] as Position;
        if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
        const dx = (bx - ax) * shrink, dy = by - ay;
        const along = dx === 0 && dy === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * shrink * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
        nearest = Math.min(nearest, Math.hypot((x - ax) * shrink - along * dx, y - ay - along * dy));
      }
    }
    return inside ? nearest : -nearest;
  };
  let [west, south, east, north] = [bounds[0][0], bounds[0][1], bounds[1][0], bounds[1][1]];
  let best: LonLat = [(west + east) / 2, (south + north) / 2];
  for (let round = 0; round < 3; round += 1) {
    const stepX = (east - west) / 12;
    const stepY = (north - south) / 12;
    let deepest = -Infinity;
    for (let i = 0; i <= 12; i += 1) {
      for (let j = 0; j <= 12; j += 1) {
        const found = depth(west + i * stepX, south + j * stepY);
        if (found > deepest) [deepest, best] = [found, [west + i * stepX, south + j * stepY]];
      }
    }
    [west, south, east, north] = [best[0] - stepX, best[1] - stepY, best[0] + stepX, best[1] + stepY];
  }
  return best;
}

export interface Chain {
  name_th: string;
  name_en: string;
  class: string;
  line: Position[];
}

/**
 * Joins the edges of a street into long lines, so that its name is written along the street and not once a block.
 * Only same name and class are joined, end to end, preferring the straightest way on.
 */
export function chains(streets: Streets): Chain[] {
  const groups = new Map<string, { chain: Omit<Chain, 'line'>; lines: Position[][] }>();
  for (const { properties, geometry } of streets.features) {
    if (!properties.name_th && !properties.name_en) continue;
    const key = `${properties.name_th}\u0000${properties.class}`;
    const group = groups.get(key) ?? { chain: { name_th: properties.name_th ?? '', name_en: properties.name_en ?? '', class: properties.class }, lines: [] };
    if (geometry.coordinates.length > 1) group.lines.push(geometry.coordinates);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ chain, lines }) => join(lines).map((line) => ({ ...chain, line })));
}

const spot = (at: Position | undefined) => (at ? `${at[0]?.toFixed(6)},${at[1]?.toFixed(6)}` : '');

function turn(a: Position, b: Position, c: Position): number {
  const first = Math.atan2((b[1] ?? 0) - (a[1] ?? 0), (b[0] ?? 0) - (a[0] ?? 0));
  const second = Math.atan2((c[1] ?? 0) - (b[1] ?? 0), (c[0] ?? 0) - (b[0] ?? 0));
  const difference = Math.abs(second - first) % (2 * Math.PI);
  return Math.min(difference, 2 * Math.PI - difference);
}

function join(lines: Position[][]): Position[][] {
  const ends = new Map<string, number[]>();
  lines.forEach((line, n) => {
    for (const key of new Set([spot(line[0]), spot(line.at(-1))])) ends.set(key, [...(ends.get(key) ?? []), n]);
  });
  const used = new Set<number>();
  const grow = (line: Position[]): Position[] => {
    for (;;) {
      const tail = line.at(-1) as Position;
      const before = line.at(-2) as Position;
      let best: { n: number; next: Position[]; bend: number } | null = null;
      for (const n of ends.get(spot(tail)) ?? []) {
        if (used.has(n)) continue;
        const other = lines[n] as Position[];
        const next = spot(other[0]) === spot(tail) ? other : [...other].reverse();
        const bend = turn(before, tail, next[1] as Position);
        if (bend < 1.2 && (!best || bend < best.bend)) best = { n, next, bend };
      }
      if (!best) return line;
      used.add(best.n);
      line = [...line, ...best.next.slice(1)];
    }
  };
  const joined: Position[][] = [];
  lines.forEach((line, n) => {
    if (used.has(n)) return;
    used.add(n);
    joined.push(grow(grow([...line]).reverse()).reverse());
  });
  return joined;
}

/** A round length for a scale bar of at most `widest` pixels: `{ metres, pixels }`. */
export function scaleBar(metresPerPixel: number, widest: number): { metres: number; pixels: number } {
  const most = metresPerPixel * widest;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [5, 2, 1].find((one) => one * power <= most) ?? 1;
  return { metres: step * power, pixels: (step * power) / metresPerPixel };
}
