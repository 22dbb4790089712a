/**
 * The map one draws on: corners that are dragged by mouse or finger, points that are set, nothing asked of another host.
 * It knows no plan: it is given rings and says what was done to them. No Svelte in here.
 */
import { Map as MapLibre, setWorkerUrl, type GeoJSONSource, type LayerSpecification, type MapMouseEvent, type MapTouchEvent } from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import type { Feature, FeatureCollection, Geometry, Position } from 'geojson';
import type { Locale } from '$lib/i18n.svelte';
import type { LonLat, Streets, Zone } from '$lib/types';
import { boundsOf, chains, labelPoint, metresBetween, outside } from '../../map/geo';
import { addImages } from '../../map/images';
import { readPalette, type Palette } from '../../map/palette';
import { EMPTY, styleOf } from '../../map/style';
import type { Kind } from './draft.svelte';
import { closed, inserted, inside, middles, moved, rounded, type Ring } from './shapes';

setWorkerUrl(workerUrl);

export interface Drawn { uid: string; kind: Kind; name_th: string; name_en: string; ring: Ring; holes: Position[][] }
export interface Scenery { border: Ring; holes: Position[][]; subs: readonly Drawn[]; people: readonly { uid: string; name_th: string; name_en: string; at: LonLat | null }[]; chosen: string | null; ring: Ring | null; corner: number | null }
export type Mode = 'choose' | 'ring' | 'point';
export interface Asked {
  container: HTMLElement;
  label: string;
  locale: Locale;
  /** A corner follows the finger; `ring` is null when it was let go where it was. */
  onlive: (ring: Ring | null) => void;
  onring: (ring: LonLat[], corner: number) => void;
  oncorner: (corner: number | null) => void;
  onchoose: (uid: string | null) => void;
  onpoint: (at: LonLat) => void;
  onpeople: (uid: string, at: LonLat) => void;
  onsketch: (points: readonly LonLat[]) => void;
  ondone: (ring: LonLat[]) => void;
  onmoved: (box: [number, number, number, number], zoom: number, metresPerPixel: number) => void;
}

/** Pixels within which a corner is meant; a finger is broader than a mouse. */
const NEAR = 11;
const NEAR_FINGER = 24;
const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
const shapes = (rows: { geometry: Geometry; properties?: Record<string, unknown> }[]): FeatureCollection => ({
  type: 'FeatureCollection',
  features: rows.map(({ geometry, properties }): Feature => ({ type: 'Feature', properties: properties ?? {}, geometry })),
});
const dot = (at: LonLat, properties: Record<string, unknown> = {}) => ({ geometry: { type: 'Point' as const, coordinates: at }, properties });

function layersOf(colours: Palette, locale: Locale): LayerSpecification[] {
  const name = ['coalesce', ['get', `name_${locale}`], ['get', 'name_th'], ''] as never;
  return [
    { id: 'tambon-line', type: 'line', source: 'tambons', paint: { 'line-color': colours.muted, 'line-width': 1, 'line-dasharray': [6, 3], 'line-opacity': 0.7 } },
    { id: 'tambon-names', type: 'symbol', source: 'tambon-points', layout: { 'text-font': ['Sarabun'], 'text-size': 13, 'text-field': name }, paint: { 'text-color': colours.muted, 'text-halo-color': colours.halo, 'text-halo-width': 1.6 } },
    { id: 'chosen-fill', type: 'fill', source: 'chosen', paint: { 'fill-color': colours.accent, 'fill-opacity': 0.08 } },
    { id: 'chosen-line', type: 'line', source: 'chosen', layout: { 'line-join': 'round' }, paint: { 'line-color': colours.accent, 'line-width': 2.5 } },
    { id: 'people', type: 'circle', source: 'people', paint: { 'circle-radius': ['case', ['get', 'chosen'], 8, 5], 'circle-color': ['case', ['get', 'chosen'], colours.accent, colours.place], 'circle-stroke-color': colours.halo, 'circle-stroke-width': 2 } },
    { id: 'sketch-line', type: 'line', source: 'sketch', paint: { 'line-color': colours.accent, 'line-width': 2, 'line-dasharray': [2, 1.5] } },
    { id: 'middles', type: 'circle', source: 'middles', paint: { 'circle-radius': 4, 'circle-color': colours.halo, 'circle-stroke-color': colours.accent, 'circle-stroke-width': 1.5, 'circle-opacity': 0.9 } },
    { id: 'corners', type: 'circle', source: 'corners', paint: { 'circle-radius': ['case', ['get', 'chosen'], 9, 6.5], 'circle-color': ['case', ['get', 'chosen'], colours.accent, colours.halo], 'circle-stroke-color': ['case', ['get', 'chosen'], colours.halo, colours.accent], 'circle-stroke-width': 2.5 } },
  ];
}
const SOURCES = ['tambons', 'tambon-points', 'chosen', 'people', 'sketch', 'middles', 'corners'];

export class Board {
  readonly map: MapLibre;
  readonly #asked: Asked;
  #scenery: Scenery | null = null;
  #mode: Mode = 'choose';
  #sketch: LonLat[] = [];
  #drag: { ring: Ring; corner: number; people?: undefined } | { people: string; ring?: undefined; corner?: undefined } | null = null;
  #dragged = false;
  #finger = false;
  #gone = false;

  static async open(asked: Asked): Promise<Board> {
    await Promise.all(['400 16px Sarabun', '600 16px "Sarabun SemiBold"'].map((font) => document.fonts.load(font, 'กA1')));
    const colours = readPalette();
    const map = new MapLibre({
      container: asked.container, style: styleOf(colours, asked.locale), center: [100.8, 13.2], zoom: 5, minZoom: 4, maxZoom: 19.5, attributionControl: false,
      dragRotate: false, pitchWithRotate: false, touchPitch: false, rollEnabled: false, doubleClickZoom: false, renderWorldCopies: false, fadeDuration: still() ? 0 : 120,
      localIdeographFontFamily: 'Sarabun, sans-serif',
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.getCanvas().setAttribute('aria-label', asked.label);
    await new Promise<void>((done) => map.once('style.load', () => done()));
    await addImages(map, colours);
    for (const id of SOURCES) map.addSource(id, { type: 'geojson', data: EMPTY });
    for (const layer of layersOf(colours, asked.locale)) map.addLayer(layer);
    // A community's name stands below its dot.
    map.setLayoutProperty('community-names', 'text-anchor', 'top');
    map.setLayoutProperty('community-names', 'text-offset', [0, 0.7]);
    return new Board(map, asked);
  }

  private constructor(map: MapLibre, asked: Asked) {
    this.map = map;
    this.#asked = asked;
    map.on('mousedown', (event) => this.#press(event, false));
    map.on('touchstart', (event) => { if (event.points.length === 1) this.#press(event, true); });
    map.on('mousemove', (event) => this.#move(event));
    map.on('touchmove', (event) => { if (this.#drag) this.#move(event); });
    for (const end of ['mouseup', 'touchend', 'touchcancel'] as const) map.on(end, () => this.#release());
    map.on('click', (event) => this.#click(event));
    map.on('dblclick', (event) => { if (this.#mode === 'ring') { event.preventDefault(); this.finish(); } });
    map.on('moveend', () => this.#tell());
    map.getCanvas().addEventListener('keydown', (event) => this.#key(event), true);
    this.#tell();
  }

  #source(id: string): GeoJSONSource | undefined {
    return this.map.getSource<GeoJSONSource>(id);
  }

  /** What lies under the drawing. */
  ground(zone: Zone | null, streets: Streets | null): void {
    if (streets) {
      this.#source('streets')?.setData(streets);
      this.#source('names')?.setData(shapes(chains(streets).map(({ line, ...properties }) => ({ geometry: { type: 'LineString', coordinates: line }, properties }))));
    }
    if (!zone) return;
    this.#source('land')?.setData(shapes(zone.land.map(({ geometry, ...properties }) => ({ geometry, properties }))));
    this.#source('places')?.setData(shapes(zone.places.map(({ id, kind, name_th, name_en, lon, lat }) => dot([lon, lat], { id, kind, name_th, name_en }))));
  }

  /** Calls back once all that was given is on the canvas: the streets of a town take some seconds. */
  whenDrawn(done: () => void): void {
    void this.map.once('idle', done);
  }

  tambons(rows: readonly { geometry: unknown; name_th: string; name_en: string }[]): void {
    const drawn = rows.map(({ geometry, name_th, name_en }) => ({ geometry: geometry as Geometry, properties: { name_th, name_en } }));
    this.#source('tambons')?.setData(shapes(drawn));
    this.#source('tambon-points')?.setData(shapes(drawn.map(({ geometry, properties }) => dot(labelPoint(geometry as never), properties))));
  }

  draw(scenery: Scenery): void {
    this.#scenery = scenery;
    const border = scenery.border.length > 2 ? { type: 'Polygon' as const, coordinates: [closed(scenery.border), ...scenery.holes] } : null;
    this.#source('zone')?.setData(border ? shapes([{ geometry: border }]) : EMPTY);
    this.#source('outside')?.setData(border ? shapes([{ geometry: outside(border) }]) : EMPTY);
    const subs = scenery.subs.filter((sub) => sub.ring.length > 2).map(({ ring, holes, kind, name_th, name_en }) => ({ geometry: { type: 'Polygon' as const, coordinates: [closed(ring), ...holes] }, properties: { kind, name_th, name_en } }));
    this.#source('subzones')?.setData(shapes(subs));
    this.#source('subzone-points')?.setData(shapes(subs.map(({ geometry, properties }) => dot(labelPoint(geometry), properties))));
    const people = scenery.people.filter((one) => one.at !== null).map(({ uid, at, name_th, name_en }) => dot(at as LonLat, { uid, name_th, name_en, chosen: uid === scenery.chosen }));
    this.#source('people')?.setData(shapes(people));
    this.#source('communities')?.setData(shapes(people));
    this.#handles(scenery.ring);
  }

  #handles(ring: Ring | null): void {
    const own = this.#mode === 'choose' ? (ring ?? []) : [];
    const corner = this.#scenery?.corner;
    this.#source('chosen')?.setData(own.length > 2 ? shapes([{ geometry: { type: 'Polygon', coordinates: [closed(own)] } }]) : EMPTY);
    this.#source('corners')?.setData(shapes(own.map((at, n) => dot(at, { chosen: n === corner }))));
    this.#source('middles')?.setData(own.length > 2 ? shapes(middles(own).map((at) => dot(at))) : EMPTY);
  }

  mode(mode: Mode): void {
    if (mode === this.#mode) return;
    this.#mode = mode;
    this.#sketch = [];
    this.#sketched();
    this.map.getCanvas().style.cursor = mode === 'choose' ? '' : 'crosshair';
    this.#handles(this.#scenery?.ring ?? null);
  }

  #sketched(): void {
    const points = this.#sketch;
    this.#source('sketch')?.setData(points.length > 1 ? shapes([{ geometry: { type: 'LineString', coordinates: points } }]) : EMPTY);
    if (this.#mode === 'ring') this.#source('corners')?.setData(shapes(points.map((at, n) => dot(at, { chosen: n === 0 && points.length > 2 }))));
    this.#asked.onsketch(points);
  }

  /** Ends the ring that is being drawn, once it has three corners. */
  finish(): void {
    const ring = this.#sketch;
    if (this.#mode !== 'ring' || ring.length < 3) return;
    this.#sketch = [];
    this.#sketched();
    this.#asked.ondone(ring);
  }

  /** Takes the last corner of the ring that is being drawn away. */
  back(): void {
    this.#sketch = this.#sketch.slice(0, -1);
    this.#sketched();
  }

  centre(): LonLat {
    const { lng, lat } = this.map.getCenter();
    return rounded([lng, lat]);
  }

  #at(event: MapMouseEvent | MapTouchEvent): LonLat {
    return rounded([event.lngLat.lng, event.lngLat.lat]);
  }

  #nearest(points: Ring, x: number, y: number): number | null {
    let best: number | null = null;
    let least = this.#finger ? NEAR_FINGER : NEAR;
    points.forEach((at, n) => {
      const drawn = this.map.project(at);
      const away = Math.hypot(drawn.x - x, drawn.y - y);
      if (away < least) [least, best] = [away, n];
    });
    return best;
  }

  #press(event: MapMouseEvent | MapTouchEvent, finger: boolean): void {
    this.#finger = finger;
    this.#dragged = false;
    const scenery = this.#scenery;
    if (this.#mode !== 'choose' || !scenery) return;
    const { x, y } = event.point;
    if (scenery.ring) {
      const corner = this.#nearest(scenery.ring, x, y);
      if (corner !== null) {
        event.preventDefault();
        this.#drag = { ring: scenery.ring, corner };
        this.#asked.oncorner(corner);
        return;
      }
      const middle = scenery.ring.length > 2 ? this.#nearest(middles(scenery.ring), x, y) : null;
      if (middle !== null) {
        event.preventDefault();
        this.#drag = { ring: inserted(scenery.ring, middle, middles(scenery.ring)[middle] as LonLat), corner: middle + 1 };
        this.#dragged = true;
        return;
      }
    }
    const placed = scenery.people.filter((one) => one.at !== null);
    const person = placed[this.#nearest(placed.map((one) => one.at as LonLat), x, y) ?? -1];
    if (person && person.uid === scenery.chosen) {
      event.preventDefault();
      this.#drag = { people: person.uid };
    }
  }

  #move(event: MapMouseEvent | MapTouchEvent): void {
    const drag = this.#drag;
    if (!drag) {
      if (this.#mode === 'choose') this.#hover(event.point.x, event.point.y);
      return;
    }
    this.#dragged = true;
    const at = this.#at(event);
    if (drag.ring) {
      drag.ring = moved(drag.ring, drag.corner, at);
      this.#handles(drag.ring);
      this.#asked.onlive(drag.ring);
    } else {
      this.#source('people')?.setData(shapes([dot(at, { chosen: true })]));
      this.#peopleAt = at;
    }
  }
  #peopleAt: LonLat | null = null;

  #hover(x: number, y: number): void {
    const ring = this.#scenery?.ring;
    const near = ring ? (this.#nearest(ring, x, y) ?? this.#nearest(middles(ring), x, y)) : null;
    this.map.getCanvas().style.cursor = near === null ? '' : 'grab';
  }

  #release(): void {
    const drag = this.#drag;
    this.#drag = null;
    if (!drag) return;
    this.#asked.onlive(null);
    if (drag.ring && this.#dragged) this.#asked.onring([...drag.ring], drag.corner);
    if (drag.people && this.#peopleAt) this.#asked.onpeople(drag.people, this.#peopleAt);
    this.#peopleAt = null;
  }

  #click(event: MapMouseEvent): void {
    const { x, y } = event.point;
    if (this.#mode === 'point') {
      this.#asked.onpoint(this.#at(event));
      return;
    }
    if (this.#mode === 'ring') {
      if (this.#sketch.length > 2 && this.#nearest(this.#sketch.slice(0, 1), x, y) === 0) this.finish();
      else this.#add(this.#at(event));
      return;
    }
    const scenery = this.#scenery;
    if (!scenery || (scenery.ring && this.#nearest(scenery.ring, x, y) !== null)) return;
    const placed = scenery.people.filter((one) => one.at !== null);
    const person = placed[this.#nearest(placed.map((one) => one.at as LonLat), x, y) ?? -1];
    const at = this.#at(event);
    const sub = [...scenery.subs].reverse().find((one) => one.ring.length > 2 && inside(at, one.ring));
    const within = scenery.border.length > 2 && inside(at, scenery.border);
    this.#asked.oncorner(null);
    this.#asked.onchoose(person?.uid ?? sub?.uid ?? (within ? 'border' : null));
  }

  #add(at: LonLat): void {
    const last = this.#sketch.at(-1);
    if (last && last[0] === at[0] && last[1] === at[1]) return;
    this.#sketch = [...this.#sketch, at];
    this.#sketched();
  }

  /** On the map itself: arrows push the chosen corner, Space sets a corner in the middle of the picture, Enter ends, Backspace takes one back. */
  #key(event: KeyboardEvent): void {
    const take = () => {
      event.preventDefault();
      event.stopPropagation();
    };
    if (this.#mode !== 'choose') {
      if (event.code === 'Space') {
        take();
        if (this.#mode === 'ring') this.#add(this.centre());
        else this.#asked.onpoint(this.centre());
      } else if (event.code === 'Enter' && this.#mode === 'ring') {
        take();
        this.finish();
      } else if (event.code === 'Backspace') {
        take();
        this.back();
      }
      return;
    }
    const pushes: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const push = pushes[event.code];
    const { ring, corner } = this.#scenery ?? {};
    if (!push || !ring || corner === null || corner === undefined || !ring[corner]) return;
    take();
    const pixels = event.shiftKey ? 10 : 1;
    const { x, y } = this.map.project(ring[corner]);
    const { lng, lat } = this.map.unproject([x + push[0] * pixels, y + push[1] * pixels]);
    this.#asked.onring(moved(ring, corner, [lng, lat]), corner);
  }

  fit(positions: Iterable<Position>, padding = 48): boolean {
    const bounds = boundsOf(positions);
    if (bounds) this.map.fitBounds(bounds, { padding, animate: false, maxZoom: 17 });
    return bounds !== null;
  }

  go(at: LonLat, zoom: number): void {
    this.map.jumpTo({ center: at, zoom });
  }

  /** Brings a point into view where it is not. */
  reveal(at: LonLat): void {
    if (!this.map.getBounds().contains(at)) this.map.easeTo({ center: at, duration: still() ? 0 : 300 });
  }

  async restyle(locale: Locale): Promise<void> {
    const colours = readPalette();
    await addImages(this.map, colours);
    if (this.#gone) return;
    for (const layer of [...styleOf(colours, locale).layers, ...layersOf(colours, locale)]) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) this.map.setPaintProperty(layer.id, name as never, value as never, { validate: false });
      if (layer.layout && 'text-field' in layer.layout) this.map.setLayoutProperty(layer.id, 'text-field', layer.layout['text-field'], { validate: false });
    }
  }

  #tell(): void {
    const bounds = this.map.getBounds();
    const { lng, lat } = this.map.getCenter();
    const { x, y } = this.map.project([lng, lat]);
    const there = this.map.unproject([x + 100, y]);
    this.#asked.onmoved([bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()], this.map.getZoom(), metresBetween([lng, lat], [there.lng, there.lat]) / 100);
  }

  close(): void {
    this.#gone = true;
    this.map.remove();
  }
}
