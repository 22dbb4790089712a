/** The map takes its colours from the same tokens as the page. */
const NAMES = {
  ground: '--map-ground', out: '--map-out', main: '--map-main', street: '--map-street', casing: '--map-casing', park: '--map-park', water: '--map-water',
  label: '--map-label', labelSoft: '--map-label-soft', halo: '--map-halo', zone: '--zone-edge', economic: '--zone-economic', risk: '--zone-risk', landmark: '--zone-landmark',
  free: '--unit-free', offered: '--unit-offered', busy: '--unit-busy', scene: '--unit-scene', off: '--unit-off', edge: '--unit-edge',
  camera: '--camera', pole: '--pole', place: '--place', p1: '--p1', p2: '--p2', p3: '--p3', onP1: '--on-p1', onP2: '--on-p2', onP3: '--on-p3',
  surface: '--surface', text: '--text', muted: '--muted', stale: '--stale', accent: '--accent', line: '--line-strong',
} as const;

export type Palette = Record<keyof typeof NAMES, string> & { font: string };

export function readPalette(element: Element = document.documentElement): Palette {
  const style = getComputedStyle(element);
  const palette = { font: style.getPropertyValue('--font').trim() } as Palette;
  for (const [name, token] of Object.entries(NAMES)) palette[name as keyof typeof NAMES] = style.getPropertyValue(token).trim();
  return palette;
}
