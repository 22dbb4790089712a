/** The map's style: streets in two greys with casing, sub-zones by hatch, everything faint except what matters. Pure. */
import type { DataDrivenPropertyValueSpecification, ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { Locale } from '$lib/i18n.svelte';
import type { Palette } from './palette';

export const EMPTY = { type: 'FeatureCollection' as const, features: [] };
/** What the operator can switch on and off, and the layers that belong to it. */
export const GROUPS = {
  names: ['street-names', 'main-names'],
  subzones: ['subzone-fill', 'subzone-line', 'subzone-names'],
  communities: ['community-names'],
  places: ['places'],
  cameras: ['cameras'],
  poles: ['poles'],
} as const;
export type Group = keyof typeof GROUPS;

/** Pixels on the street by zoom level. */
const WIDTHS: Record<string, [number, number, number]> = { main: [2.4, 8, 22], collector: [1.6, 5.5, 16], soi: [0.7, 3, 10], footpath: [0.5, 1.4, 4] };

function width(extra: number): DataDrivenPropertyValueSpecification<number> {
  const at = (n: 0 | 1 | 2): ExpressionSpecification =>
    ['match', ['get', 'class'], ...Object.entries(WIDTHS).flatMap(([name, sizes]) => [name, sizes[n] + extra]), (WIDTHS['soi'] as number[])[n] as number + extra] as unknown as ExpressionSpecification;
  return ['interpolate', ['exponential', 1.6], ['zoom'], 14, at(0), 16, at(1), 18.5, at(2)] as unknown as ExpressionSpecification;
}

function name(locale: Locale): ExpressionSpecification {
  const other = locale === 'th' ? 'en' : 'th';
  return ['case', ['!=', ['coalesce', ['get', `name_${locale}`], ''], ''], ['get', `name_${locale}`], ['coalesce', ['get', `name_${other}`], '']];
}

const FONT = ['Sarabun'];
const BOLD = ['Sarabun SemiBold'];

export function styleOf(colours: Palette, locale: Locale): StyleSpecification {
  const kind = (economic: string, risk: string, landmark: string): ExpressionSpecification => ['match', ['get', 'kind'], 'economic', economic, 'risk', risk, landmark];
  const big: ExpressionSpecification = ['match', ['get', 'class'], ['main', 'collector'], true, false];
  const text = (size: number) => ({ 'text-font': FONT, 'text-size': size, 'text-field': name(locale) });
  const halo = (colour: string) => ({ 'text-color': colour, 'text-halo-color': colours.halo, 'text-halo-width': 1.6 });
  const layers: LayerSpecification[] = [
    { id: 'ground', type: 'background', paint: { 'background-color': colours.ground } },
    { id: 'outside', type: 'fill', source: 'outside', paint: { 'fill-color': colours.out, 'fill-opacity': 0.85 } },
    { id: 'green', type: 'fill', source: 'land', filter: ['==', ['get', 'kind'], 'park'], paint: { 'fill-color': colours.park } },
    { id: 'water', type: 'fill', source: 'land', filter: ['==', ['get', 'kind'], 'water'], paint: { 'fill-color': colours.water } },
    { id: 'casing-small', type: 'line', source: 'streets', filter: ['!', big], layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': colours.casing, 'line-width': width(1.6) } },
    { id: 'casing-big', type: 'line', source: 'streets', filter: big, layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': colours.casing, 'line-width': width(2.4) } },
    { id: 'small', type: 'line', source: 'streets', filter: ['!', big], layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': colours.street, 'line-width': width(0) } },
    { id: 'big', type: 'line', source: 'streets', filter: big, layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': colours.main, 'line-width': width(0) } },
    { id: 'subzone-fill', type: 'fill', source: 'subzones', paint: { 'fill-pattern': kind('hatch-economic', 'hatch-risk', 'hatch-landmark') } },
    { id: 'subzone-line', type: 'line', source: 'subzones', paint: { 'line-color': kind(colours.economic, colours.risk, colours.landmark), 'line-width': 1.2, 'line-dasharray': [3, 2], 'line-opacity': 0.9 } },
    { id: 'zone', type: 'line', source: 'zone', layout: { 'line-join': 'round' }, paint: { 'line-color': colours.zone, 'line-width': 2 } },
    { id: 'wedge', type: 'fill', source: 'wedge', paint: { 'fill-color': colours.accent, 'fill-opacity': 0.25 } },
    { id: 'wedge-line', type: 'line', source: 'wedge', paint: { 'line-color': colours.accent, 'line-width': 1.2 } },
    {
      id: 'street-names', type: 'symbol', source: 'names', minzoom: 15.2, filter: ['!', big],
      layout: { ...text(12), 'symbol-placement': 'line', 'symbol-spacing': 260, 'text-padding': 6, 'text-max-angle': 35 }, paint: halo(colours.labelSoft),
    },
    {
      id: 'main-names', type: 'symbol', source: 'names', minzoom: 13, filter: big,
      layout: { ...text(13), 'symbol-placement': 'line', 'symbol-spacing': 340, 'text-padding': 8, 'text-max-angle': 35 }, paint: halo(colours.label),
    },
    {
      id: 'places', type: 'symbol', source: 'places', minzoom: 14.6,
      layout: {
        ...text(12), 'icon-image': ['coalesce', ['image', ['concat', 'place-', ['get', 'kind']]], ['image', 'place-other']], 'text-optional': true, 'text-anchor': 'top', 'text-offset': [0, 0.8], 'text-max-width': 8,
        'icon-padding': 3, 'text-field': ['step', ['zoom'], '', 16, name(locale)], 'symbol-sort-key': ['match', ['get', 'kind'], ['police', 'hospital', 'school', 'temple', 'market'], 0, 1],
      },
      paint: halo(colours.place),
    },
    { id: 'community-names', type: 'symbol', source: 'communities', maxzoom: 17.5, layout: { ...text(14), 'text-font': BOLD, 'text-letter-spacing': 0.04, 'text-padding': 12 }, paint: { ...halo(colours.labelSoft) } },
    {
      id: 'subzone-names', type: 'symbol', source: 'subzone-points', minzoom: 13.5,
      layout: { ...text(13), 'text-font': BOLD, 'text-field': ['concat', kind('// ', '×× ', '·· '), name(locale)], 'text-variable-anchor': ['center', 'top', 'bottom'], 'text-radial-offset': 1.4, 'text-justify': 'auto', 'symbol-sort-key': 0 }, paint: halo(kind(colours.economic, colours.risk, colours.landmark) as unknown as string),
    },
    {
      id: 'cameras', type: 'symbol', source: 'devices', minzoom: 14.4, filter: ['==', ['get', 'kind'], 'camera'],
      layout: { 'icon-image': ['concat', 'camera-', ['get', 'state']], 'icon-allow-overlap': true, 'icon-ignore-placement': true, 'icon-size': ['interpolate', ['linear'], ['zoom'], 14, 0.7, 16, 1] },
    },
    {
      id: 'poles', type: 'symbol', source: 'devices', filter: ['==', ['get', 'kind'], 'sos_pole'],
      layout: {
        ...text(12), 'icon-image': ['concat', 'pole-', ['get', 'state']], 'icon-allow-overlap': true, 'text-optional': true, 'text-anchor': 'top', 'text-offset': [0, 0.9],
        'text-field': ['step', ['zoom'], '', 16, name(locale)], 'symbol-sort-key': ['match', ['get', 'state'], ['alarm', 'tamper'], 1, 0],
      },
      paint: halo(colours.label),
    },
    { id: 'walk-way', type: 'line', source: 'walk', filter: ['==', ['get', 'kind'], 'way'], layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': colours.accent, 'line-width': 3, 'line-dasharray': [1.5, 1.5] } },
    { id: 'walk-trail', type: 'line', source: 'walk', filter: ['==', ['get', 'kind'], 'trail'], layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': colours.p2, 'line-width': 4 } },
    { id: 'walk-last', type: 'circle', source: 'walk', filter: ['==', ['get', 'kind'], 'last'], paint: { 'circle-radius': 8, 'circle-color': colours.p2, 'circle-stroke-color': colours.edge, 'circle-stroke-width': 2 } },
    { id: 'trail-line', type: 'line', source: 'trail', filter: ['==', ['geometry-type'], 'LineString'], layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': colours.accent, 'line-width': 3, 'line-dasharray': [1.5, 1.5] } },
    { id: 'trail-next', type: 'circle', source: 'trail', filter: ['==', ['get', 'kind'], 'next'], paint: { 'circle-radius': 13, 'circle-color': colours.p2, 'circle-opacity': 0.18, 'circle-stroke-color': colours.p2, 'circle-stroke-width': 2 } },
    { id: 'trail-seen', type: 'circle', source: 'trail', filter: ['==', ['get', 'kind'], 'seen'], paint: { 'circle-radius': 11, 'circle-color': colours.accent, 'circle-stroke-color': colours.edge, 'circle-stroke-width': 2 } },
    {
      id: 'trail-words', type: 'symbol', source: 'trail', filter: ['in', ['get', 'kind'], ['literal', ['seen', 'next']]],
      layout: { 'text-font': BOLD, 'text-size': 13, 'text-field': ['get', 'word'], 'text-allow-overlap': true, 'text-ignore-placement': true }, paint: { 'text-color': ['match', ['get', 'kind'], 'seen', colours.ground, colours.p2], 'text-halo-color': colours.halo, 'text-halo-width': ['match', ['get', 'kind'], 'seen', 0, 1.6] },
    },
    // Nothing to see: it keeps the map's words from under the incidents, which are drawn above the map. Placed first because it lies on top.
    { id: 'obstacles', type: 'symbol', source: 'obstacles', layout: { 'icon-image': 'obstacle', 'icon-allow-overlap': true, 'icon-anchor': 'bottom', 'icon-padding': 2 } },
  ];
  const geojson = (data: StyleSource = EMPTY) => ({ type: 'geojson' as const, data });
  return {
    version: 8,
    sources: Object.fromEntries(['outside', 'land', 'streets', 'names', 'subzones', 'subzone-points', 'zone', 'wedge', 'places', 'communities', 'devices', 'trail', 'walk', 'obstacles'].map((id) => [id, geojson()])),
    layers,
  };
}
type StyleSource = typeof EMPTY;
