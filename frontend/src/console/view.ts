/** Lets any part of the console point at a place or follow a unit; the map listens. */
import type { LonLat } from '$lib/types';

interface Listener {
  look(at: LonLat): void;
  follow(mark: number): void;
  point(device_id: string): void;
}
let listener: Listener | null = null;

export function listen(to: Listener | null): void {
  listener = to;
}
/** Brings a place into the middle of the map. */
export const lookAt = (at: LonLat): void => listener?.look(at);
/** Keeps a unit in the middle of the map until the operator moves it. */
export const follow = (mark: number): void => listener?.follow(mark);
/** Shows a device on the map without leaving what is open. */
export const point = (device_id: string): void => listener?.point(device_id);
