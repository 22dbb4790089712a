/** What places and streets are called on the page. */
import { language, named } from '$lib/i18n.svelte';
import type { Spot } from '$lib/near';
import type { Streets } from '$lib/types';
import { along } from './walk';

export interface Named {
  name_th: string;
  name_en: string;
}

/** The name in the other script, for who has to compare it with a sign; empty where it is the same. */
export function bothNames(one: Named): string {
  const other = language.locale === 'th' ? one.name_en : one.name_th;
  return other === named(one) ? '' : other;
}

const NEAR_M = 120;

/** The named street that a spot lies nearest to, within some steps. */
export function streetAt(streets: Streets, spot: Spot): Named | null {
  let best: { off: number; name: Named } | null = null;
  for (const street of streets.features) {
    const { name_th, name_en } = street.properties;
    if (!name_th && !name_en) continue;
    const line = street.geometry.coordinates.map((one) => ({ lon: one[0] ?? 0, lat: one[1] ?? 0 }));
    const { off } = along(line, spot);
    if (off < (best?.off ?? NEAR_M)) best = { off, name: { name_th: name_th ?? name_en ?? '', name_en: name_en ?? '' } };
  }
  return best?.name ?? null;
}

/** The middle of all streets: where a map begins when nobody knows where the phone is. */
export function middleOf(streets: Streets | null): Spot | null {
  const all = streets?.features.flatMap((street) => street.geometry.coordinates) ?? [];
  if (all.length === 0) return null;
  const middle = (axis: 0 | 1): number => {
    const sorted = all.map((one) => one[axis] ?? 0).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  };
  return { lon: middle(0), lat: middle(1) };
}
