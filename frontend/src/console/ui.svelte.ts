/** What this operator looks at. Sizes and choices are kept in the browser. */
import type { LonLat } from '$lib/types';
import type { Target } from '../map/paint';

export type View = 'live' | 'history' | 'table' | 'shift' | 'plates';

function kept<T extends object>(name: string, start: T): T {
  try {
    return { ...start, ...(JSON.parse(localStorage.getItem(name) ?? '{}') as Partial<T>) };
  } catch {
    return start;
  }
}

export const ui = $state({
  view: (typeof location === 'object' && location.hash.startsWith('#search') ? 'history' : 'live') as View,
  selected: null as Target | null,
  /** The 191 form is open. */
  calling: false,
  closing: false,
  help: false,
  searching: false,
  /** Unix seconds looked back to; null is live. */
  past: null as number | null,
  /** A point being chosen on the map, and for what. */
  aim: null as LonLat | null,
  aiming: false,
  /** Phone width: which part is shown. */
  part: 'queue' as 'queue' | 'map' | 'incident' | 'units',
});

export const sizes = $state(kept('unjai.console.sizes', { queue: 380, panel: 440, units: typeof innerHeight === 'number' && innerHeight < 900 ? 240 : 400, devices: 132 }));
export const layers = $state(kept('unjai.console.layers', { names: true, subzones: true, communities: true, places: true, cameras: true, poles: true, legend: false }));

export function keep(): void {
  try {
    localStorage.setItem('unjai.console.sizes', JSON.stringify(sizes));
    localStorage.setItem('unjai.console.layers', JSON.stringify(layers));
  } catch {
    // Storage may be forbidden; the sizes then last as long as the page.
  }
}

export const selectedIncident = (): string | null => (ui.selected?.kind === 'incident' ? ui.selected.id : null);

export function select(target: Target | null): void {
  if (target?.kind !== ui.selected?.kind || target?.id !== ui.selected?.id) ui.closing = false;
  ui.selected = target;
  if (target && !ui.calling) ui.part = target.kind === 'incident' || target.kind === 'hit' ? 'incident' : 'map';
}
export const selectIncident = (id: string): void => select({ kind: 'incident', id });
