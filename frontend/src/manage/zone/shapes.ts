/** Rings drawn by hand: areas on the ellipsoid, crossings, corners, and coordinates as people type them. Pure. */
import type { Position } from 'geojson';
import type { LonLat } from '$lib/types';

/** A ring without its closing repeat: each corner once. */
export type Ring = readonly LonLat[];

const A = 6_378_137;
const F = 1 / 298.257223563;
const E2 = F * (2 - F);
const RAD = Math.PI / 180;

/** Metres of a degree north and east at a latitude, on the WGS 84 ellipsoid. */
function degrees(lat: number): { north: number; east: number } {
  const w = 1 - E2 * Math.sin(lat * RAD) ** 2;
  return { north: ((A * (1 - E2)) / w ** 1.5) * RAD, east: (A / Math.sqrt(w)) * Math.cos(lat * RAD) * RAD };
}

const E = Math.sqrt(E2);

/** Square metres between the equator and a latitude, a radian wide (Snyder, Map Projections, 3-11). */
function belt(lat: number): number {
  const s = Math.sin(lat * RAD);
  return ((A * A * (1 - E2)) / 2) * (s / (1 - E2 * s * s) + Math.log((1 + E * s) / (1 - E * s)) / (2 * E));
}

/**
 * Square metres of a ring on the ellipsoid, edges straight in longitude and latitude: within a few millionths of the geodesic
 * area for edges of some kilometres. The centre computes the geodesic one when it checks.
 */
export function areaOf(ring: Ring): number {
  if (ring.length < 3) return 0;
  let sum = 0;
  ring.forEach((at, n) => {
    const next = ring[(n + 1) % ring.length] as LonLat;
    sum += ((next[0] - at[0]) * RAD * (belt(at[1]) + 4 * belt((at[1] + next[1]) / 2) + belt(next[1]))) / 6;
  });
  return Math.abs(sum);
}

export const closed = (ring: Ring): Position[] => (ring.length ? [...ring, ring[0] as LonLat].map(([lon, lat]) => [lon, lat]) : []);

/** The corners of a GeoJSON ring, each once. */
export function opened(positions: readonly Position[]): LonLat[] {
  const ring = positions.map(([lon, lat]) => [lon, lat] as LonLat);
  const first = ring[0];
  const last = ring.at(-1);
  if (ring.length > 1 && first && last && first[0] === last[0] && first[1] === last[1]) ring.pop();
  return ring;
}

function side(a: LonLat, b: LonLat, c: LonLat): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/** Where the ring crosses itself, or null. */
export function crossing(ring: Ring): LonLat | null {
  const n = ring.length;
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 2; j < n; j += 1) {
      if (i === 0 && j === n - 1) continue;
      const [a, b, c, d] = [ring[i], ring[(i + 1) % n], ring[j], ring[(j + 1) % n]] as [LonLat, LonLat, LonLat, LonLat];
      const [s1, s2, s3, s4] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
      if (s1 * s2 < 0 && s3 * s4 < 0) {
        const along = s3 / (s3 - s4);
        return [a[0] + (b[0] - a[0]) * along, a[1] + (b[1] - a[1]) * along];
      }
    }
  }
  return null;
}

export const rounded = ([lon, lat]: LonLat): LonLat => [Math.round(lon * 1e7) / 1e7, Math.round(lat * 1e7) / 1e7];

export function moved(ring: Ring, index: number, at: LonLat): LonLat[] {
  return ring.map((corner, n) => (n === index ? rounded(at) : corner));
}

/** A corner put in after `index`. */
export function inserted(ring: Ring, index: number, at: LonLat): LonLat[] {
  return [...ring.slice(0, index + 1), rounded(at), ...ring.slice(index + 1)];
}

/** A corner taken out; three stay. */
export function removed(ring: Ring, index: number): LonLat[] {
  return ring.length <= 3 ? [...ring] : ring.filter((_, n) => n !== index);
}

/** The middle of the edge after each corner. */
export function middles(ring: Ring): LonLat[] {
  return ring.map((at, n) => {
    const next = ring[(n + 1) % ring.length] as LonLat;
    return [(at[0] + next[0]) / 2, (at[1] + next[1]) / 2];
  });
}

/** A square of so many metres around a point: somewhere to begin. */
export function square([lon, lat]: LonLat, side_m: number): LonLat[] {
  const { north, east } = degrees(lat);
  const [x, y] = [side_m / 2 / east, side_m / 2 / north];
  return [[lon - x, lat - y], [lon + x, lat - y], [lon + x, lat + y], [lon - x, lat + y]].map((at) => rounded(at as LonLat));
}

export function inside([x, y]: LonLat, ring: Ring): boolean {
  let found = false;
  ring.forEach((a, n) => {
    const b = ring[(n + 1) % ring.length] as LonLat;
    if (a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0]) found = !found;
  });
  return found;
}

const thai = (lon: number, lat: number): boolean => lon >= 97 && lon <= 106 && lat >= 5 && lat <= 21;

/** "7.0050, 100.4685", "N 7.005 E 100.4685", "7°00'18\" 100°28'07\"": latitude first as telephones show it; Thai digits too. Swapped ones are put right. */
export function parsePosition(text: string): LonLat | null {
  const plain = text.replace(/[๐-๙]/g, (digit) => String(digit.charCodeAt(0) - 0x0e50)).replace(/[−–]/g, '-');
  const parts = plain.match(/-?\d+(?:\.\d+)?(?:\s*°\s*\d+(?:\.\d+)?\s*['′’](?:\s*\d+(?:\.\d+)?\s*["″”])?)?/g);
  if (!parts || parts.length !== 2) return null;
  const [first, second] = parts.map((part) => {
    const [d = 0, m = 0, s = 0] = (part.match(/\d+(?:\.\d+)?/g) ?? []).map(Number);
    return (part.startsWith('-') ? -1 : 1) * (d + m / 60 + s / 3600);
  }) as [number, number];
  if (thai(second, first)) return rounded([second, first]);
  if (thai(first, second)) return rounded([first, second]);
  return null;
}

/** One position a line; null when any line is none. */
export function parsePositions(text: string): LonLat[] | null {
  const lines = text.split(/\n|;/).map((line) => line.trim()).filter(Boolean);
  const found = lines.map(parsePosition);
  return found.length && found.every((at) => at !== null) ? found : null;
}

/** "7.00500, 100.46850": five decimals are about a metre. */
export function positionText([lon, lat]: LonLat): string {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

/** Square kilometres with three digits that count: 0.478, 1.72, 12.3. */
export function km2Text(area_m2: number): string {
  const km2 = area_m2 / 1e6;
  if (!(km2 > 0)) return '0';
  const digits = km2 < 10 ? Math.max(2, 2 - Math.floor(Math.log10(km2))) : 1;
  return km2.toFixed(Math.min(digits, 6));
}
