/** One frame of the moving marks: waves, units with their plates, incidents on stems. Knows screen places for picking. */
import type { IncidentRow, LonLat } from '$lib/types';
import type { MarkBook } from './book';
import type { SpriteLayer } from './layer';
import * as sprites from './sprites';

const waits = (row: IncidentRow) => row.state === 'new' || row.unanswered === true;

export interface Target {
  kind: 'incident' | 'unit' | 'device' | 'place' | 'hit';
  id: string;
}
interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const STEM = 24;
const FANNED_STEM = 34;
/** Where a sign may stand around its place, in radians: straight up if it can. */
const FAN = [0, 0.85, -0.85, 1.6, -1.6, 2.4, -2.4];
const WAVE_MS = 10_000;

const meets = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const around = (x: number, y: number, w: number, h: number): Box => ({ left: x - w / 2, top: y - h / 2, right: x + w / 2, bottom: y + h / 2 });

export class Paint {
  readonly #layer: SpriteLayer;
  readonly #project: (at: LonLat) => { x: number; y: number };
  #rows: readonly IncidentRow[] = [];
  #fresh: ReadonlyMap<string, number> = new Map();
  #hits: { target: Target; x: number; y: number; reach: number }[] = [];
  /** The side a unit's plate stood on last, so that it does not jump about. */
  readonly #sides = new Map<number, number>();
  names: ReadonlyMap<number, { id: string; call_sign: string; kind: string }> = new Map();
  selected: Target | null = null;
  ring: LonLat | null = null;
  aim: LonLat | null = null;
  past: number | null = null;

  constructor(layer: SpriteLayer, project: (at: LonLat) => { x: number; y: number }) {
    this.#layer = layer;
    this.#project = project;
  }

  /** `fresh` is when (performance clock) each new incident arrived: it waves for ten seconds. */
  incidents(rows: readonly IncidentRow[], fresh: ReadonlyMap<string, number>): void {
    this.#rows = [...rows].filter((row) => row.lon !== null && row.lat !== null).sort((a, b) => a.priority - b.priority);
    this.#fresh = fresh;
  }

  /** Draws everything; true when something still moves. */
  draw(book: MarkBook, now_ms: number, now_s: number, zoom: number, still: boolean): boolean {
    const layer = this.#layer;
    const atlas = layer.atlas;
    layer.clear();
    this.#hits = [];
    let moving = false;
    const taken: Box[] = [];

    const signs = this.#rows.map((row) => {
      const foot = this.#project([row.lon as number, row.lat as number]);
      const placed = this.#stand(foot, taken);
      taken.push(around(placed.x, placed.y, 30, 30));
      return { row, foot, ...placed };
    });

    for (const { row, foot } of signs) {
      const since = now_ms - (this.#fresh.get(row.id) ?? -Infinity);
      if (since > WAVE_MS || row.state !== 'new') continue;
      const share = still ? 0.35 : (since % 1000) / 1000;
      layer.add(sprites.wave(atlas, row.priority), foot.x, foot.y, 0, 1 - share, 0.3 + share * 0.7);
      moving ||= !still;
    }
    if (this.ring) {
      const { x, y } = this.#project(this.ring);
      layer.add(sprites.halo(atlas), x, y);
    }

    const units = [];
    const clock_s = this.past ?? now_s;
    for (const { mark, fix, at } of this.past === null ? book.drawn(now_ms) : book.past(this.past)) {
      const name = this.names.get(mark);
      if (!name) continue;
      const state = sprites.STATES[fix.state] ?? 'off';
      const age = clock_s - fix.observed_s;
      if (state === 'off' && age > 600) continue;
      moving ||= at.moving;
      const { x, y } = this.#project([at.lon, at.lat]);
      units.push({ mark, name, state, x, y, heading: at.heading, stale: age > 60, alpha: age <= 10 ? 1 : Math.max(0.6, 1 - (age - 10) / 125), chosen: this.selected?.kind === 'unit' && this.selected.id === name.id });
      taken.push(around(x, y, 22, 22));
    }
    for (const unit of units) {
      if (unit.chosen) layer.add(sprites.halo(atlas), unit.x, unit.y);
      layer.add(sprites.unitBody(atlas, unit.name.kind, unit.state, unit.stale, unit.heading !== null), unit.x, unit.y, ((unit.heading ?? 0) * Math.PI) / 180, unit.alpha);
      layer.add(sprites.unitGlyph(atlas, unit.name.kind, unit.state), unit.x, unit.y, 0, unit.alpha);
      this.#hits.push({ target: { kind: 'unit', id: unit.name.id }, x: unit.x, y: unit.y, reach: 15 });
    }
    if (zoom > 13) for (const unit of units) this.#plate(unit, taken);

    for (const { row, foot, x, y, angle, length } of [...signs].reverse()) {
      if (this.selected?.kind === 'incident' && this.selected.id === row.id) layer.add(sprites.halo(atlas), x, y + (row.priority === 1 ? 1 : 0), 0, 1, 1.05);
      layer.add(sprites.stem(atlas, row.priority, length), foot.x, foot.y, angle);
      const sign = sprites.sign(atlas, row.priority, waits(row));
      layer.add(sign, ...layer.snap(sign, x, y));
      this.#hits.push({ target: { kind: 'incident', id: row.id }, x, y, reach: 17 });
    }
    if (this.aim) {
      const { x, y } = this.#project(this.aim);
      layer.add(sprites.aim(atlas), x, y);
    }
    layer.paint();
    return moving;
  }

  #stand(foot: { x: number; y: number }, taken: Box[]): { x: number; y: number; angle: number; length: number } {
    for (const angle of FAN) {
      const length = angle === 0 ? STEM : FANNED_STEM;
      const place = { x: foot.x + Math.sin(angle) * length, y: foot.y - Math.cos(angle) * length, angle, length };
      if (!taken.some((box) => meets(box, around(place.x, place.y, 26, 26)))) return place;
    }
    return { x: foot.x, y: foot.y - STEM, angle: 0, length: STEM };
  }

  #plate(unit: { mark: number; name: { call_sign: string }; x: number; y: number; stale: boolean; alpha: number; chosen: boolean }, taken: Box[]): void {
    const sprite = sprites.plate(this.#layer.atlas, unit.name.call_sign, unit.stale);
    const reach = 13 + sprite.width / 2;
    const sides = [[reach, 0], [-reach, 0], [0, 22], [0, -26]] as const;
    const last = this.#sides.get(unit.mark) ?? 0;
    for (const n of [last, ...[0, 1, 2, 3].filter((side) => side !== last)]) {
      const [dx, dy] = sides[n] as readonly [number, number];
      const box = around(unit.x + dx, unit.y + dy, sprite.width - 2, sprite.height - 2);
      if (!unit.chosen && taken.some((other) => meets(other, box))) continue;
      this.#sides.set(unit.mark, n);
      taken.push(box);
      this.#layer.add(sprite, ...this.#layer.snap(sprite, unit.x + dx, unit.y + dy), 0, unit.alpha);
      return;
    }
  }

  /** The topmost thing under that point. */
  pick(x: number, y: number): Target | null {
    let best: Target | null = null;
    let nearest = Infinity;
    for (const hit of this.#hits) {
      const distance = Math.hypot(hit.x - x, hit.y - y);
      // Incidents come last and lie on top: they win ties.
      if (distance <= hit.reach && (distance <= nearest || hit.target.kind === 'incident')) {
        best = hit.target;
        nearest = hit.target.kind === 'incident' ? distance - 100 : distance;
      }
    }
    return best;
  }
}
