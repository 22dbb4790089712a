/** A camera's sector on a flat map whose x is metres east and y metres south. Pure. */
import type { View } from './types';

export type XY = readonly [number, number];

/** The SVG path of a sector; empty where the view is not known. */
export function sectorPath(at: XY, view: Pick<View, 'bearing_deg' | 'fov_deg'>, reach_m: number | null): string {
  const fov = view.fov_deg ?? 0;
  if (!reach_m || fov <= 0 || (view.bearing_deg === null && fov < 360)) return '';
  const [x, y] = at;
  if (fov >= 360) return `M${x - reach_m} ${y}a${reach_m} ${reach_m} 0 1 1 ${reach_m * 2} 0a${reach_m} ${reach_m} 0 1 1 ${-reach_m * 2} 0Z`;
  const from = reached(at, (view.bearing_deg ?? 0) - fov / 2, reach_m);
  const to = reached(at, (view.bearing_deg ?? 0) + fov / 2, reach_m);
  return `M${x} ${y}L${from[0]} ${from[1]}A${reach_m} ${reach_m} 0 ${fov > 180 ? 1 : 0} 1 ${to[0]} ${to[1]}Z`;
}

/** The point `metres` from `at` at a bearing. */
export function reached([x, y]: XY, bearing_deg: number, metres: number): XY {
  const turn = (bearing_deg * Math.PI) / 180;
  return [x + metres * Math.sin(turn), y - metres * Math.cos(turn)];
}

/** The bearing and the metres from one point to another: what a handle that was dragged there says. */
export function pulled([x, y]: XY, [tx, ty]: XY): { bearing_deg: number; reach_m: number } {
  const bearing = (Math.atan2(tx - x, y - ty) * 180) / Math.PI;
  return { bearing_deg: Math.round((bearing + 360) % 360) % 360, reach_m: Math.max(1, Math.round(Math.hypot(tx - x, ty - y))) };
}
