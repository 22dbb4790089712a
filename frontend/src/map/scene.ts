/**
 * The map as an object: give it the territory, the incidents and the book of marks; it draws and says what was pointed at.
 * No Svelte in here. Nothing is asked of any other host: streets are our own vectors, letters are the page's own fonts.
 */
import { Map as MapLibre, setWorkerUrl, type GeoJSONSource } from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import type { Feature, FeatureCollection, Geometry } from 'geojson';
import type { Locale } from '$lib/i18n.svelte';
import type { Device, DeviceState, IncidentRow, LonLat, Streets, Zone } from '$lib/types';
import type { MarkBook } from './book';
import { boundsOf, chains, labelPoint, metresBetween, outside, ringsOf, wedge, type Bounds } from './geo';
import { addImages } from './images';
import { SpriteLayer } from './layer';
import { readPalette } from './palette';
import { Paint, type Target } from './paint';
import { Atlas } from './sprites';
import { EMPTY, GROUPS, styleOf, type Group } from './style';

export type { Target } from './paint';

setWorkerUrl(workerUrl);

export interface SceneSettings {
  container: HTMLElement;
  label: string;
  locale: Locale;
  book: MarkBook;
  /** Seconds of the centre's clock. */
  now_s: () => number;
  onselect: (target: Target | null) => void;
  onhover: (target: Target | null, x: number, y: number) => void;
  onpoint: (at: LonLat) => void;
  onview: (metresPerPixel: number) => void;
  onfollow: (following: boolean) => void;
}

/** Sightings of a vehicle in order and cameras that may see it next, each with its word; `covered` pixels lie under a panel. */
export interface Trail {
  passes: { at: LonLat; word: string }[];
  next: { at: LonLat; word: string }[];
  covered: number;
}

/** Marks move fifteen times a second at most; a machine that cannot keep up gets fewer frames, never a queue of them. */
const FRAME_MS = 66;
const SLOWEST_MS = 1000;
const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
const points = <P extends { lon: number | null; lat: number | null }>(rows: readonly P[], properties: (row: P) => Record<string, unknown>): FeatureCollection => ({
  type: 'FeatureCollection',
  features: rows
    .filter((row) => row.lon !== null && row.lat !== null)
    .map((row) => ({ type: 'Feature', properties: properties(row), geometry: { type: 'Point', coordinates: [row.lon as number, row.lat as number] } })),
});
const shapes = (rows: { geometry: Geometry; properties?: Record<string, unknown> }[]): FeatureCollection => ({
  type: 'FeatureCollection',
  features: rows.map(({ geometry, properties }): Feature => ({ type: 'Feature', properties: properties ?? {}, geometry })),
});

export class Scene {
  readonly map: MapLibre;
  readonly #settings: SceneSettings;
  readonly #layer: SpriteLayer;
  readonly #paint: Paint;
  #devices: Device[] = [];
  #home: Bounds | null = null;
  #follow: number | null = null;
  #aiming = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pace_ms = FRAME_MS;
  #second: ReturnType<typeof setInterval>;
  #gone = false;

  /** Resolves when the map has drawn its first picture's style. The fonts are loaded before, or Thai would be drawn in another. */
  static async open(settings: SceneSettings): Promise<Scene> {
    await Promise.all(['400 16px Sarabun', '600 16px "Sarabun SemiBold"', '600 14px "IBM Plex Sans Thai"'].map((font) => document.fonts.load(font, 'กA1')));
    const colours = readPalette();
    const map = new MapLibre({
      container: settings.container,
      style: styleOf(colours, settings.locale),
      center: [100.5, 14],
      zoom: 6,
      minZoom: 8,
      maxZoom: 19.5,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      rollEnabled: false,
      doubleClickZoom: false,
      renderWorldCopies: false,
      fadeDuration: still() ? 0 : 120,
      localIdeographFontFamily: 'Sarabun, sans-serif',
      canvasContextAttributes: { antialias: true, failIfMajorPerformanceCaveat: false },
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.getCanvas().setAttribute('aria-label', settings.label);
    await new Promise<void>((done) => map.once('style.load', () => done()));
    await addImages(map, colours);
    return new Scene(map, settings, new Atlas(colours, devicePixelRatio));
  }

  private constructor(map: MapLibre, settings: SceneSettings, atlas: Atlas) {
    this.map = map;
    this.#settings = settings;
    this.#layer = new SpriteLayer(atlas);
    if (this.#layer.software) this.#pace_ms = SLOWEST_MS;
    this.#paint = new Paint(this.#layer, (at) => map.project(at));
    map.getCanvasContainer().append(this.#layer.canvas);
    const size = () => {
      const box = map.getContainer();
      this.#layer.resize(box.clientWidth, box.clientHeight);
    };
    size();
    map.on('resize', size);
    map.on('render', () => this.#draw());
    map.on('move', () => this.#view());
    map.on('dragstart', () => this.follow(null));
    map.on('click', (event) => {
      if (this.#aiming) settings.onpoint([event.lngLat.lng, event.lngLat.lat]);
      else settings.onselect(this.#pick(event.point.x, event.point.y));
    });
    map.on('mousemove', (event) => {
      const target = this.#aiming ? null : this.#pick(event.point.x, event.point.y);
      map.getCanvas().style.cursor = this.#aiming ? 'crosshair' : target ? 'pointer' : '';
      settings.onhover(target, event.point.x, event.point.y);
    });
    map.on('mouseout', () => settings.onhover(null, 0, 0));
    settings.book.changed = () => this.refresh();
    this.#second = setInterval(() => this.#tick(), 1000);
    this.#view();
  }

  #source(id: string): GeoJSONSource | undefined {
    return this.map.getSource<GeoJSONSource>(id);
  }

  territory(zone: Zone | null, streets: Streets | null): void {
    if (streets) {
      this.#source('streets')?.setData(streets);
      this.#source('names')?.setData(shapes(chains(streets).map(({ line, ...properties }) => ({ geometry: { type: 'LineString', coordinates: line }, properties }))));
    }
    if (!zone) return;
    const rings = zone.zone ? ringsOf(zone.zone.geometry) : [];
    this.#source('zone')?.setData(zone.zone ? shapes([{ geometry: zone.zone.geometry }]) : EMPTY);
    this.#source('outside')?.setData(zone.zone ? shapes([{ geometry: outside(zone.zone.geometry) }]) : EMPTY);
    this.#source('subzones')?.setData(shapes(zone.subzones.map(({ geometry, ...properties }) => ({ geometry, properties }))));
    this.#source('subzone-points')?.setData(shapes(zone.subzones.map(({ geometry, ...properties }) => ({ geometry: { type: 'Point', coordinates: labelPoint(geometry) }, properties }))));
    this.#source('land')?.setData(shapes(zone.land.map(({ geometry, ...properties }) => ({ geometry, properties }))));
    this.#source('communities')?.setData(points(zone.communities, ({ name_th, name_en }) => ({ name_th, name_en })));
    this.#source('places')?.setData(points(zone.places, ({ id, kind, name_th, name_en }) => ({ id, kind, name_th, name_en })));
    const home = boundsOf(rings.flat()) ?? boundsOf((streets?.features ?? []).flatMap((street) => street.geometry.coordinates));
    if (home && JSON.stringify(home) !== JSON.stringify(this.#home)) {
      this.#home = home;
      this.fit(false);
    }
  }

  devices(devices: Device[], states: Readonly<Record<string, { state: DeviceState }>>): void {
    this.#devices = devices;
    const shown = devices.filter((device) => device.kind === 'sos_pole' || device.kind === 'camera');
    this.#source('devices')?.setData(points(shown, ({ id, kind, name_th, name_en }) => ({ id, kind, name_th, name_en, state: states[id]?.state ?? 'unknown' })));
  }

  incidents(rows: readonly IncidentRow[], fresh: ReadonlyMap<string, number>): void {
    this.#paint.incidents(rows, fresh);
    this.#source('obstacles')?.setData(points(rows, ({ priority }) => ({ priority })));
    this.refresh();
  }

  /** What each mark number is called; marks that are not named are not drawn. */
  names(names: ReadonlyMap<number, { id: string; call_sign: string; kind: string }>): void {
    this.#paint.names = names;
    this.refresh();
  }

  select(target: Target | null, settings?: { heading: number; fov: number; range_m: number } | null): void {
    this.#paint.selected = target;
    const device = target?.kind === 'device' ? this.#devices.find((one) => one.id === target.id) : undefined;
    this.#paint.ring = device && device.lon !== null && device.lat !== null ? [device.lon, device.lat] : null;
    this.#source('wedge')?.setData(this.#paint.ring && settings ? shapes([{ geometry: wedge(this.#paint.ring, settings.heading, settings.fov, settings.range_m) }]) : EMPTY);
    this.refresh();
  }

  /** Draws where a vehicle was seen, in order, and the cameras that may see it next; nothing of nothing. */
  trail(way: Trail | null): void {
    const passes = way?.passes ?? [];
    const spot = (kind: string) => (one: { at: LonLat; word: string }) => ({ geometry: { type: 'Point' as const, coordinates: one.at }, properties: { kind, word: one.word } });
    const line = passes.length > 1 ? [{ geometry: { type: 'LineString' as const, coordinates: passes.map((one) => one.at) } }] : [];
    this.#source('trail')?.setData(shapes([...line, ...(way?.next ?? []).map(spot('next')), ...passes.map(spot('seen'))]));
    const all = [...passes, ...(way?.next ?? [])].map((one) => one.at);
    const bounds = boundsOf(all);
    if (!way || !bounds) return;
    this.map.fitBounds(bounds, { padding: { top: 72, bottom: 72, left: 72, right: 72 + way.covered }, maxZoom: 16.5, duration: still() ? 0 : 400 });
  }

  /** Draws the way somebody chose to walk, where she walked, and where she was last; nothing of nothing. */
  walk(walk: { way: LonLat[]; trail: LonLat[]; last: LonLat | null } | null): void {
    const line = (kind: string, at: LonLat[]) => (at.length > 1 ? [{ geometry: { type: 'LineString' as const, coordinates: at }, properties: { kind } }] : []);
    const last = walk?.last ? [{ geometry: { type: 'Point' as const, coordinates: walk.last }, properties: { kind: 'last' } }] : [];
    this.#source('walk')?.setData(shapes(walk ? [...line('way', walk.way), ...line('trail', walk.trail), ...last] : []));
  }

  /** While aiming a click chooses a point instead of a thing. */
  aim(at: LonLat | null, aiming: boolean): void {
    this.#aiming = aiming;
    this.#paint.aim = at;
    if (!aiming) this.map.getCanvas().style.cursor = '';
    this.refresh();
  }

  /** Draws what was known at that second of the centre's clock; null is now. */
  past(at_s: number | null): void {
    this.#paint.past = at_s;
    this.refresh();
  }

  follow(mark: number | null): void {
    if (this.#follow === mark) return;
    this.#follow = mark;
    this.#settings.onfollow(mark !== null);
    this.#tick();
  }

  show(group: Group, on: boolean): void {
    for (const layer of GROUPS[group]) this.map.setLayoutProperty(layer, 'visibility', on ? 'visible' : 'none');
  }

  async restyle(locale: Locale): Promise<void> {
    const colours = readPalette();
    await addImages(this.map, colours);
    if (this.#gone) return;
    for (const layer of styleOf(colours, locale).layers) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) this.map.setPaintProperty(layer.id, name as never, value as never, { validate: false });
      if (layer.layout && 'text-field' in layer.layout) this.map.setLayoutProperty(layer.id, 'text-field', layer.layout['text-field'], { validate: false });
    }
    this.#layer.atlas = new Atlas(colours, devicePixelRatio);
    this.refresh();
  }

  fit(animate = true): void {
    if (this.#home) this.map.fitBounds(this.#home, { padding: 32, animate: animate && !still(), duration: 400 });
  }

  /** Brings a place into view; never zooms out. */
  go(at: LonLat, zoom = 16.5): void {
    const target = { center: at, zoom: Math.max(zoom, this.map.getZoom()) };
    if (still()) this.map.jumpTo(target);
    else this.map.easeTo({ ...target, duration: 350 });
  }

  /** Moves only if the place cannot be seen now. `covered` are pixels at the right under a panel. */
  reveal(at: LonLat, covered = 0): void {
    const { x, y } = this.map.project(at);
    const box = this.map.getContainer();
    if (x > 40 && y > 60 && x < box.clientWidth - covered - 40 && y < box.clientHeight - 40) return;
    const target = { center: at, offset: [-covered / 2, 0] as [number, number], duration: still() ? 0 : 350 };
    this.map.easeTo(target);
  }

  /** Asks for a drawing; many askings are one. */
  refresh(): void {
    if (this.#timer !== undefined || this.#gone) return;
    this.#timer = setTimeout(() => {
      const asked = performance.now();
      requestAnimationFrame(() => {
        this.#timer = undefined;
        this.#draw();
        const took_ms = performance.now() - asked;
        if (!this.#layer.software) this.#pace_ms = Math.min(SLOWEST_MS, Math.max(FRAME_MS, 0.7 * this.#pace_ms + 0.3 * 4 * took_ms));
      });
    }, this.#pace_ms);
  }

  close(): void {
    this.#gone = true;
    clearTimeout(this.#timer);
    clearInterval(this.#second);
    this.#settings.book.changed = () => undefined;
    this.map.remove();
  }

  #draw(): void {
    if (this.#gone) return;
    const { book, now_s } = this.#settings;
    if (this.#paint.draw(book, performance.now(), now_s(), this.map.getZoom(), still())) this.refresh();
  }

  #tick(): void {
    if (this.#follow !== null) {
      const fix = this.#settings.book.fix(this.#follow);
      if (fix) this.map.easeTo({ center: [fix.lon, fix.lat], duration: still() ? 0 : 900, easing: (t) => t });
    }
    this.refresh();
  }

  #view(): void {
    const { lng, lat } = this.map.getCenter();
    const { x, y } = this.map.project([lng, lat]);
    const there = this.map.unproject([x + 100, y]);
    this.#settings.onview(metresBetween([lng, lat], [there.lng, there.lat]) / 100);
  }

  #pick(x: number, y: number): Target | null {
    const own = this.#paint.pick(x, y);
    if (own) return own;
    const found = this.map.queryRenderedFeatures([[x - 8, y - 8], [x + 8, y + 8]], { layers: ['poles', 'cameras', 'places'] })[0];
    if (!found) return null;
    return { kind: found.source === 'devices' ? 'device' : 'place', id: String(found.properties['id']) };
  }
}
