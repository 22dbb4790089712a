/** A small plane of the ground, north up: what is in view, and where a position is in it. Pure. */
export type At = readonly [number, number];

export interface View {
  lon: number;
  lat: number;
  /** Metres of ground to one unit of the picture. */
  metres: number;
}

const PER_DEGREE = 111_195;
const rad = (degrees: number): number => (degrees * Math.PI) / 180;

/** The view that holds all positions with a margin, and some 100 m at least; null for none. */
export function fit(all: Iterable<At>, width: number, height: number, margin = 24): View | null {
  let west = Infinity, south = Infinity, east = -Infinity, north = -Infinity;
  for (const [lon, lat] of all) {
    west = Math.min(west, lon); east = Math.max(east, lon);
    south = Math.min(south, lat); north = Math.max(north, lat);
  }
  if (west > east || width <= 0 || height <= 0) return null;
  const lat = (south + north) / 2;
  const across = ((east - west) * PER_DEGREE * Math.cos(rad(lat))) / Math.max(1, width - 2 * margin);
  const up = ((north - south) * PER_DEGREE) / Math.max(1, height - 2 * margin);
  return { lon: (west + east) / 2, lat, metres: Math.max(across, up, 200 / Math.max(1, Math.min(width, height))) };
}

/** Where a position is in a picture of that size. */
export function place(view: View, width: number, height: number, [lon, lat]: At): [number, number] {
  const perLon = PER_DEGREE * Math.cos(rad(view.lat));
  return [width / 2 + ((lon - view.lon) * perLon) / view.metres, height / 2 - ((lat - view.lat) * PER_DEGREE) / view.metres];
}

/** The view after a drag by so many units. */
export function moved(view: View, dx: number, dy: number): View {
  const perLon = PER_DEGREE * Math.cos(rad(view.lat));
  return { ...view, lon: view.lon - (dx * view.metres) / perLon, lat: view.lat + (dy * view.metres) / PER_DEGREE };
}

/** The view after coming nearer (`times` > 1) or going away, the ground under (x, y) staying there. */
export function zoomed(view: View, times: number, width: number, height: number, x: number, y: number): View {
  const metres = Math.min(Math.max(view.metres / times, 0.02), 2000);
  const shift = view.metres - metres;
  const perLon = PER_DEGREE * Math.cos(rad(view.lat));
  return { metres, lon: view.lon + ((x - width / 2) * shift) / perLon, lat: view.lat - ((y - height / 2) * shift) / PER_DEGREE };
}

/** How far a point is from a line drawn through `line`, in units of the picture. */
export function near(line: readonly At[], x: number, y: number): number {
  let best = Infinity;
  for (let n = 0; n < line.length; n += 1) {
    const [ax, ay] = line[Math.max(n - 1, 0)] ?? [0, 0];
    const [bx, by] = line[n] ?? [0, 0];
    const length = (bx - ax) ** 2 + (by - ay) ** 2;
    const along = length > 0 ? Math.min(Math.max(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length, 0), 1) : 0;
    best = Math.min(best, Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)));
  }
  return best;
}
