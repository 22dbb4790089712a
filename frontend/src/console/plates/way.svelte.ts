/** The way of a vehicle that the map draws while somebody looks at its hit. */
import type { Trail } from '../../map/scene';
import type { HitWhole } from './hits.svelte';

class Ways {
  shown = $state.raw<Trail | null>(null);
}
export const ways = new Ways();

/** The sightings in order and the cameras ahead; the newest hundred metres lie beside the panel, not under it. */
export function wayOf(hit: HitWhole, covered: number): Trail | null {
  const passes = [...hit.sightings].reverse().flatMap((one) => (one.lon === null || one.lat === null ? [] : [{ lon: one.lon, lat: one.lat }]));
  if (passes.length === 0) return null;
  return {
    passes: passes.map((one, n) => ({ at: [one.lon, one.lat], word: String(n + 1) })),
    next: hit.onward.filter((one) => one.when !== 'past').map((one) => ({ at: [one.lon, one.lat], word: '?' })),
    covered,
  };
}
