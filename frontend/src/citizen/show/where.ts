/** Which street somebody is at. Pure. */
import type { Spot } from '$lib/near';
import type { Streets } from '$lib/types';

/** Farther than this from every street, none is named. */
export const NEAR_M = 80;
const METRES_PER_DEGREE = 111_195;

export interface NearStreet {
  name_th: string;
  name_en: string;
  distance_m: number;
}

/** The nearest street that has a name, by its nearest point; null where none is near. */
export function nearStreet(streets: Streets | null, at: Spot): NearStreet | null {
  let best: NearStreet | null = null;
  const east = METRES_PER_DEGREE * Math.cos((at.lat * Math.PI) / 180);
  const flat = (point: readonly number[]): [number, number] => [((point[0] ?? 0) - at.lon) * east, ((point[1] ?? 0) - at.lat) * METRES_PER_DEGREE];
  for (const street of streets?.features ?? []) {
    const { name_th, name_en } = street.properties;
    if (!name_th && !name_en) continue;
    const points = street.geometry.coordinates.map(flat);
    for (let n = 1; n < points.length; n += 1) {
      const distance_m = fromOrigin(points[n - 1] ?? [0, 0], points[n] ?? [0, 0]);
      if (distance_m <= NEAR_M && (!best || distance_m < best.distance_m)) best = { name_th: name_th || name_en || '', name_en: name_en || '', distance_m };
    }
  }
  return best;
}

function fromOrigin([ax, ay]: [number, number], [bx, by]: [number, number]): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length2 = dx * dx + dy * dy;
  const share = length2 === 0 ? 0 : Math.min(1, Math.max(0, -(ax * dx + ay * dy) / length2));
  return Math.hypot(ax + share * dx, ay + share * dy);
}
