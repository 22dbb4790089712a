/** A flat picture of the zone for hits and replays: degrees to pixels and back. Pure. */
import type { LonLat, Streets, Zone } from '$lib/types';

export interface Field {
  at(lon: number, lat: number): LonLat;
  back(x: number, y: number): LonLat;
  /** Pixels a metre. */
  scale: number;
}
const METRES_A_DEGREE = 111_195.08;

/** Fits the places into a box with a margin; null where there is nothing to fit or no box. */
export function fit(places: readonly LonLat[], width: number, height: number, margin = 24): Field | null {
  if (places.length === 0 || width < 2 * margin || height < 2 * margin) return null;
  const lons = places.map((one) => one[0]);
  const lats = places.map((one) => one[1]);
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const [wide, high] = [Math.max((east - west) * squeeze, 1e-4), Math.max(north - south, 1e-4)];
  const each = Math.min((width - 2 * margin) / wide, (height - 2 * margin) / high);
  const [lon0, lat0] = [(west + east) / 2, (south + north) / 2];
  return {
    at: (lon, lat) => [width / 2 + (lon - lon0) * squeeze * each, height / 2 - (lat - lat0) * each],
    back: (x, y) => [lon0 + (x - width / 2) / each / squeeze, lat0 - (y - height / 2) / each],
    scale: each / METRES_A_DEGREE,
  };
}

/** The corners of the zone, or of the streets where no zone is drawn. */
export function corners(zone: Zone | null, streets: Streets | null): LonLat[] {
  const geometry = zone?.zone?.geometry;
  if (geometry) return (geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat()).flat() as LonLat[];
  return (streets?.features ?? []).flatMap((one) => one.geometry.coordinates as LonLat[]);
}

const line = (points: readonly LonLat[], field: Field): string => points.map(([lon, lat], n) => { const [x, y] = field.at(lon, lat); return `${n ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`; }).join('');

/** One path for each class of street, the wide ones last. */
export function streetPaths(streets: Streets | null, field: Field): { kind: string; d: string }[] {
  const paths = new Map<string, string>();
  for (const one of streets?.features ?? []) {
    const kind = one.properties.class;
    paths.set(kind, (paths.get(kind) ?? '') + line(one.geometry.coordinates as LonLat[], field));
  }
  const order = ['footpath', 'unclassified', 'soi', 'collector', 'main'];
  return [...paths].map(([kind, d]) => ({ kind, d })).sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

export function zonePath(zone: Zone | null, field: Field): string {
  const geometry = zone?.zone?.geometry;
  if (!geometry) return '';
  const rings = geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat();
  return rings.map((ring) => `${line(ring as LonLat[], field)}Z`).join('');
}

/** Where a unit was `at_s` seconds into the stretch: between the points around it; nothing where the next is over `far_s` away. */
export function placeAt(points: readonly (readonly [number, number, number])[], at_s: number, far_s: number): LonLat | null {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle] as readonly number[])[0]! <= at_s) low = middle + 1;
    else high = middle;
  }
  const before = points[low - 1];
  const after = points[low];
  if (!before) return after && after[0] - at_s <= far_s ? [after[1], after[2]] : null;
  if (!after || after[0] - before[0] > far_s) return at_s - before[0] <= far_s ? [before[1], before[2]] : null;
  const share = (at_s - before[0]) / Math.max(1, after[0] - before[0]);
  return [before[1] + (after[1] - before[1]) * share, before[2] + (after[2] - before[2]) * share];
}
