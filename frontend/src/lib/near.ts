/** Where something is, seen from here: metres, directions, and a small picture plane of a few hundred metres. Pure. */
import type { Streets } from './types';

export interface Spot {
  lon: number;
  lat: number;
}

const EARTH_RADIUS_M = 6_371_008.8;
const rad = (degrees: number): number => (degrees * Math.PI) / 180;

/** Great-circle distance in metres (haversine). */
export function distanceM(a: Spot, b: Spot): number {
  const lat = rad(b.lat - a.lat) / 2;
  const lon = rad(b.lon - a.lon) / 2;
  const chord = Math.sin(lat) ** 2 + Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * Math.sin(lon) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(chord)));
}

/** First bearing from `a` to `b`, degrees from north, 0 ≤ value < 360. */
export function bearingDeg(a: Spot, b: Spot): number {
  const turn = rad(b.lon - a.lon);
  const y = Math.sin(turn) * Math.cos(rad(b.lat));
  const x = Math.cos(rad(a.lat)) * Math.sin(rad(b.lat)) - Math.sin(rad(a.lat)) * Math.cos(rad(b.lat)) * Math.cos(turn);
  return ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360;
}

export const COMPASS = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const;
export type Compass = (typeof COMPASS)[number];

/** The nearest of eight directions. */
export function compass(bearing: number): Compass {
  return COMPASS[Math.round((((bearing % 360) + 360) % 360) / 45) % 8] ?? 'n';
}

export interface Plane {
  width: number;
  height: number;
  /** Metres of ground to one unit of the picture. */
  metres: number;
  /** Picture coordinates, north up. */
  at(spot: Spot): [number, number];
}

/** A plane that shows all `spots` with a margin, and at least `least_m` metres to the nearer edge. */
export function plane(spots: readonly Spot[], width: number, height: number, least_m = 150, margin = 40): Plane {
  const lons = spots.map((spot) => spot.lon);
  const lats = spots.map((spot) => spot.lat);
  const centre = { lon: (Math.min(...lons) + Math.max(...lons)) / 2, lat: (Math.min(...lats) + Math.max(...lats)) / 2 };
  const perLat = rad(1) * EARTH_RADIUS_M;
  const perLon = perLat * Math.cos(rad(centre.lat));
  const acrossM = (Math.max(...lons) - Math.min(...lons)) * perLon;
  const upM = (Math.max(...lats) - Math.min(...lats)) * perLat;
  const free = (size: number): number => Math.max(1, size - 2 * margin);
  const metres = Math.max(acrossM / free(width), upM / free(height), (2 * least_m) / Math.max(1, Math.min(width, height)));
  return {
    width,
    height,
    metres,
    at: (spot) => [width / 2 + ((spot.lon - centre.lon) * perLon) / metres, height / 2 - ((spot.lat - centre.lat) * perLat) / metres],
  };
}

/** A round length for the scale bar, and its size in the picture: at most `most` units long. */
export function scaleBar(metres: number, most: number): { length_m: number; size: number } {
  const longest = metres * most;
  const step = 10 ** Math.floor(Math.log10(longest));
  const length_m = [5, 2, 1].map((times) => times * step).find((length) => length <= longest) ?? step;
  return { length_m, size: length_m / metres };
}

/** How far below its mark's middle a name stands, px: above it, unless that would leave the picture. */
export const tagAt = (y: number): number => (y > 44 ? -16 : 30);

export interface DrawnStreet {
  id: number;
  kind: string;
  name_th: string | null;
  name_en: string | null;
  d: string;
}
/** The streets that cross the plane, as SVG paths, minor ones first so that main roads lie on top. */
export function drawStreets(streets: Streets, on: Plane): DrawnStreet[] {
  const order = ['footpath', 'soi', 'collector', 'main'];
  const drawn: DrawnStreet[] = [];
  for (const street of streets.features) {
    const points = street.geometry.coordinates.map((point) => on.at({ lon: point[0] ?? 0, lat: point[1] ?? 0 }));
    const xs = points.map((point) => point[0]);
    const ys = points.map((point) => point[1]);
    if (Math.max(...xs) < 0 || Math.min(...xs) > on.width || Math.max(...ys) < 0 || Math.min(...ys) > on.height) continue;
    const d = points.map(([x, y], n) => `${n ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
    const { id, name_th, name_en } = street.properties;
    drawn.push({ id, kind: street.properties.class, name_th, name_en, d });
  }
  return drawn.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}
