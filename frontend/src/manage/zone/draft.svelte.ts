/** The plan as it is being drawn: every change can be taken back, and a reload loses nothing. */
import type { Polygon, Position } from 'geojson';
import type { components } from '$schemas';
import { newId } from '$lib/id';
import type { LonLat } from '$lib/types';
import { closed, opened, type Ring } from './shapes';

type Schemas = components['schemas'];
export type Report = Schemas['PlanReport'];
export type Finding = Schemas['FindingOut'];
export type Kind = 'economic' | 'risk' | 'landmark';
export const KINDS: readonly Kind[] = ['economic', 'risk', 'landmark'];

export interface Sub { uid: string; id: string | null; kind: Kind; name_th: string; name_en: string; reason_th: string; ring: LonLat[]; holes: Position[][] }
export interface People { uid: string; id: string | null; name_th: string; name_en: string; at: LonLat | null; households: number | null; population: number | null }
export interface Phase { uid: string; id: string | null; name_th: string; name_en: string; starts_on: string | null; ends_on: string | null }
export interface Figure { uid: string; id: string | null; kind: 'population' | 'households'; value: number | null; as_of: string | null; source: string }
export interface Draft {
  name_th: string;
  name_en: string;
  fictional: boolean;
  ring: LonLat[];
  holes: Position[][];
  why_th: string;
  declared_km2: string;
  declared_communities: number | null;
  declared_source: string;
  declared_on: string | null;
  subzones: Sub[];
  communities: People[];
  phases: Phase[];
  figures: Figure[];
}
/** What is chosen: the border, a sub-zone or a community by its uid. */
export type Chosen = { what: 'border' } | { what: 'sub' | 'community'; uid: string } | null;

export const EMPTY: Draft = {
  name_th: '', name_en: '', fictional: false, ring: [], holes: [], why_th: '', declared_km2: '', declared_communities: null, declared_source: '', declared_on: null,
  subzones: [], communities: [], phases: [], figures: [],
};

type PlanOut = NonNullable<Report['plan']>;
type Shape = { coordinates?: Position[][] } | null | undefined;
const ringOf = (geometry: Shape): LonLat[] => opened(geometry?.coordinates?.[0] ?? []);
const holesOf = (geometry: Shape): Position[][] => geometry?.coordinates?.slice(1) ?? [];
const polygon = (ring: Ring, holes: Position[][]): Polygon | null => (ring.length ? { type: 'Polygon', coordinates: [closed(ring), ...holes] } : null);

/** The plan that the centre holds, as the screen holds it. */
export function draftOf(plan: PlanOut): Draft {
  const uid = (id: string | null | undefined, n: number, what: string) => id ?? `${what}-${n}`;
  return {
    name_th: plan.name_th, name_en: plan.name_en, fictional: plan.fictional, ring: ringOf(plan.geometry as Shape), holes: holesOf(plan.geometry as Shape), why_th: plan.why_th,
    declared_km2: plan.declared_area_m2 === null ? '' : String(Number((plan.declared_area_m2 / 1e6).toPrecision(9))),
    declared_communities: plan.declared_communities, declared_source: plan.declared_source, declared_on: plan.declared_on,
    subzones: plan.subzones.map((sub, n) => ({ uid: uid(sub.id, n, 'sub'), id: sub.id ?? null, kind: sub.kind, name_th: sub.name_th, name_en: sub.name_en ?? '', reason_th: sub.reason_th ?? '', ring: ringOf(sub.geometry as Shape), holes: holesOf(sub.geometry as Shape) })),
    communities: plan.communities.map((one, n) => ({ uid: uid(one.id, n, 'community'), id: one.id ?? null, name_th: one.name_th, name_en: one.name_en ?? '', at: typeof one.lon === 'number' && typeof one.lat === 'number' ? [one.lon, one.lat] : null, households: one.households ?? null, population: one.population ?? null })),
    phases: plan.phases.map((one, n) => ({ uid: uid(one.id, n, 'phase'), id: one.id ?? null, name_th: one.name_th, name_en: one.name_en ?? '', starts_on: one.starts_on, ends_on: one.ends_on ?? null })),
    figures: plan.figures.map((one, n) => ({ uid: uid(one.id, n, 'figure'), id: one.id ?? null, kind: one.kind, value: one.value, as_of: one.as_of, source: one.source ?? '' })),
  };
}

/** Square metres of what was typed: "0.478", "0,478", "๐.๔๗๘"; null where nothing or no number was. */
export function declaredOf(text: string): number | null {
  const plain = text.replace(/[๐-๙]/g, (digit) => String(digit.charCodeAt(0) - 0x0e50)).replace(',', '.').trim();
  const km2 = plain === '' ? Number.NaN : Number(plain);
  return Number.isFinite(km2) && km2 > 0 ? Math.round(km2 * 1e8) / 100 : null;
}

/** The plan as it is sent. A phase without a first day, a figure without number or day cannot be sent yet: they stay in the draft. */
export function planOf(draft: Draft, state: string): { body: Schemas['PlanIn']; left: number } {
  const phases = draft.phases.filter((one) => one.starts_on !== null);
  const figures = draft.figures.filter((one) => one.value !== null && one.as_of !== null);
  const body = {
    state, name_th: draft.name_th, name_en: draft.name_en, fictional: draft.fictional, geometry: polygon(draft.ring, draft.holes), why_th: draft.why_th,
    declared_area_m2: declaredOf(draft.declared_km2), declared_communities: draft.declared_communities, declared_source: draft.declared_source, declared_on: draft.declared_on,
    subzones: draft.subzones.map(({ uid: _uid, ring, holes, ...rest }) => ({ ...rest, geometry: polygon(ring, holes) })),
    communities: draft.communities.map(({ uid: _uid, at, ...rest }) => ({ ...rest, lon: at?.[0] ?? null, lat: at?.[1] ?? null })),
    phases: phases.map(({ uid: _uid, ...rest }) => ({ ...rest, starts_on: rest.starts_on as string })),
    figures: figures.map(({ uid: _uid, ...rest }) => ({ ...rest, value: rest.value as number, as_of: rest.as_of as string })),
  };
  return { body: body as Schemas['PlanIn'], left: draft.phases.length - phases.length + draft.figures.length - figures.length };
}

const MOST = 200;

export class Drawing {
  now = $state.raw<Draft>(EMPTY);
  chosen = $state.raw<Chosen>(null);
  corner = $state<number | null>(null);
  /** What the centre holds; the draft differs from it or not. */
  base = $state.raw<Draft>(EMPTY);
  state = $state('');
  id = $state<string | null>(null);
  #past = $state.raw<readonly Draft[]>([]);
  #future = $state.raw<readonly Draft[]>([]);
  #typing = '';
  #shelf = '';

  readonly dirty = $derived(JSON.stringify(this.now) !== JSON.stringify(this.base));
  readonly undoable = $derived(this.#past.length > 0);
  readonly redoable = $derived(this.#future.length > 0);

  /** Begins with what the centre holds (null for a new zone) and takes up the draft kept on this machine; true if there was one. */
  open(shelf: string, plan: PlanOut | null): boolean {
    this.base = plan ? draftOf(plan) : EMPTY;
    this.state = plan?.state ?? '';
    this.id = plan?.id ?? null;
    this.now = this.base;
    this.#past = [];
    this.#future = [];
    this.chosen = null;
    this.corner = null;
    this.#shelf = shelf;
    const kept = this.#kept();
    if (!kept || JSON.stringify(kept.draft) === JSON.stringify(this.base)) return false;
    this.now = kept.draft;
    this.#past = [this.base];
    this.state = kept.state || this.state;
    return true;
  }

  /** Another plan was saved meanwhile: go on with this draft on top of that one. */
  rebase(plan: PlanOut): void {
    this.base = draftOf(plan);
    this.state = plan.state;
    this.#keep();
  }

  /** One change. `typing` names the field: letters typed one after another are one step back. */
  change(next: Partial<Draft>, typing = ''): void {
    if (!typing || typing !== this.#typing) this.#past = [...this.#past.slice(1 - MOST), this.now];
    this.#typing = typing;
    this.#future = [];
    this.now = { ...this.now, ...next };
    this.#keep();
  }

  undo(): void {
    const before = this.#past.at(-1);
    if (!before) return;
    this.#future = [this.now, ...this.#future];
    this.#past = this.#past.slice(0, -1);
    this.now = before;
    this.#after();
  }

  redo(): void {
    const next = this.#future[0];
    if (!next) return;
    this.#past = [...this.#past, this.now];
    this.#future = this.#future.slice(1);
    this.now = next;
    this.#after();
  }

  /** Throws the draft away; that too can be taken back. */
  discard(): void {
    this.change(this.base);
    this.#after();
  }

  #after(): void {
    this.#typing = '';
    this.corner = null;
    const chosen = this.chosen;
    if (chosen && chosen.what !== 'border' && !this.now[chosen.what === 'sub' ? 'subzones' : 'communities'].some((one) => one.uid === chosen.uid)) this.chosen = null;
    this.#keep();
  }

  /** The corners of what is chosen; null where it has none. */
  get ring(): LonLat[] | null {
    const chosen = this.chosen;
    if (chosen?.what === 'border') return this.now.ring;
    return chosen?.what === 'sub' ? (this.now.subzones.find((one) => one.uid === chosen.uid)?.ring ?? null) : null;
  }

  reshape(ring: LonLat[], typing = ''): void {
    const chosen = this.chosen;
    if (chosen?.what === 'border') this.change({ ring }, typing);
    if (chosen?.what === 'sub') this.sub(chosen.uid, { ring }, typing);
  }

  sub(uid: string, next: Partial<Sub>, typing = ''): void {
    this.change({ subzones: this.now.subzones.map((one) => (one.uid === uid ? { ...one, ...next } : one)) }, typing && `${uid}.${typing}`);
  }

  community(uid: string, next: Partial<People>, typing = ''): void {
    this.change({ communities: this.now.communities.map((one) => (one.uid === uid ? { ...one, ...next } : one)) }, typing && `${uid}.${typing}`);
  }

  phase(uid: string, next: Partial<Phase>, typing = ''): void {
    this.change({ phases: this.now.phases.map((one) => (one.uid === uid ? { ...one, ...next } : one)) }, typing && `${uid}.${typing}`);
  }

  figure(uid: string, next: Partial<Figure>, typing = ''): void {
    this.change({ figures: this.now.figures.map((one) => (one.uid === uid ? { ...one, ...next } : one)) }, typing && `${uid}.${typing}`);
  }

  addSub(kind: Kind, ring: LonLat[] = []): string {
    const uid = newId();
    this.change({ subzones: [...this.now.subzones, { uid, id: null, kind, name_th: '', name_en: '', reason_th: '', ring, holes: [] }] });
    this.chosen = { what: 'sub', uid };
    this.corner = null;
    return uid;
  }

  addCommunity(at: LonLat | null): string {
    const uid = newId();
    this.change({ communities: [...this.now.communities, { uid, id: null, name_th: '', name_en: '', at, households: null, population: null }] });
    this.chosen = { what: 'community', uid };
    return uid;
  }

  addPhase(next: Partial<Phase> = {}): void {
    this.change({ phases: [...this.now.phases, { uid: newId(), id: null, name_th: '', name_en: '', starts_on: null, ends_on: null, ...next }] });
  }

  addFigure(kind: Figure['kind']): void {
    this.change({ figures: [...this.now.figures, { uid: newId(), id: null, kind, value: null, as_of: null, source: '' }] });
  }

  drop(list: 'subzones' | 'communities' | 'phases' | 'figures', uid: string): void {
    this.change({ [list]: (this.now[list] as { uid: string }[]).filter((one) => one.uid !== uid) } as Partial<Draft>);
    if (this.chosen && this.chosen.what !== 'border' && this.chosen.uid === uid) this.chosen = null;
    this.corner = null;
  }

  #kept(): { state: string; draft: Draft } | null {
    try {
      const kept = JSON.parse(localStorage.getItem(this.#shelf) ?? 'null') as { state?: unknown; draft?: Draft } | null;
      return kept?.draft && Array.isArray(kept.draft.ring) && Array.isArray(kept.draft.figures) ? { state: String(kept.state ?? ''), draft: { ...EMPTY, ...kept.draft } } : null;
    } catch {
      return null;
    }
  }

  #keep(): void {
    try {
      if (this.dirty) localStorage.setItem(this.#shelf, JSON.stringify({ state: this.state, draft: this.now }));
      else localStorage.removeItem(this.#shelf);
    } catch {
      // Storage may be forbidden or full; the draft then lasts as long as the page.
    }
  }

  /** What was saved is what is drawn now. */
  saved(plan: PlanOut): void {
    try {
      localStorage.removeItem(this.#shelf);
    } catch {
      // See above.
    }
    this.base = draftOf(plan);
    this.state = plan.state;
    this.id = plan.id;
    this.now = this.base;
    this.#past = [];
    this.#future = [];
    this.#typing = '';
    this.chosen = null;
    this.corner = null;
  }
}
