/** The round as one live thing: what was done and waits, what the centre said, the visit that goes on. */
import { ApiError, get } from '$lib/api';
import { newId } from '$lib/id';
import { me } from '$lib/session.svelte';
import { inTime } from '$lib/shelf';
import { pause } from '$lib/outbox';
import type { Centre } from '../centre.svelte';
import { DUTY_PATH } from '../duty';
import type { Fix } from '../track';
import { canSign, phoneName } from './key';
import { keepPhoto } from './photos';
import { inTime as fits, rowsOf, seenOf, THERE_M } from './plan';
import { betterSpot, looksMade } from './proofs';
import { shrunk } from './shrink';
import { Store, type Stored } from './store';
import { renew, tellAll, type Ending } from './sync';
import { httpWire } from './wire';
import type { Deed, Mine, OwnPhone, OwnVisit, Photo, Place, Running, Told, What } from './types';

/** Which opening of this page the steady clock counts from. */
const BOOT = newId();
const mono = (): number => Math.round(performance.now());
const TICK_MS = 2_000;
const FRESH_MS = 60_000;
const SHOWN_VISITS = 50;
const SHIFT_MS = 16 * 3_600_000;
const DUTY = 'duty';

export interface Kept<T> {
  /** When the centre said so, by the phone's clock, ms. */
  at: number;
  value: T;
}

export interface Draft {
  what: What | null;
  text: string;
  files: File[];
}
export const emptyDraft = (): Draft => ({ what: null, text: '', files: [] });

/** `denied`: the browser keeps nothing; `insecure`: it signs nothing. Either way no visit may be promised. */
export type Phase = 'opening' | 'ready' | 'denied' | 'insecure';

export class Book {
  phase = $state<Phase>('opening');
  waiting = $state.raw<Stored[]>([]);
  told = $state.raw<Told[]>([]);
  photos = $state.raw<Photo[]>([]);
  running = $state.raw<Running | null>(null);
  places = $state.raw<Kept<Place[]> | null>(null);
  mine = $state.raw<Kept<Mine> | null>(null);
  visits = $state.raw<Kept<OwnVisit[]> | null>(null);
  phones = $state.raw<OwnPhone[] | null>(null);
  ending = $state.raw<Ending | null>(null);
  sending = $state(false);
  /** The checkpoint chosen by hand instead of the next one. */
  chosen = $state<string | null>(null);
  /** When this phone was at places of the plan that are no checkpoints. */
  passed = $state.raw<Record<string, number>>({});

  /** A finding that is being written: a call that comes in between takes nothing of it away. */
  draft = $state<Draft>(emptyDraft());

  readonly #centre: Centre;
  readonly #account: string;
  #store: Store | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #others: BroadcastChannel | null = null;
  #failures = 0;
  #notBefore = 0;
  #again = false;
  #refreshedAt = 0;
  #wasUp = false;
  #before: Fix | null = null;
  #ended = false;
  #offTicks = 0;
  #dutySeen = $state<number | null>(null);

  readonly open = $derived(this.waiting.filter((one) => one.aside === null));
  readonly aside = $derived(this.waiting.filter((one) => one.aside !== null));
  readonly unread = $derived(this.told.filter((one) => !one.read));
  readonly photosWaiting = $derived(this.photos.filter((one) => one.state === 'waiting').length);
  readonly photosRefused = $derived(this.photos.filter((one) => one.state === 'refused' && one.words !== null));
  readonly seen = $derived(seenOf(this.waiting, this.told, this.visits?.value ?? []));

  constructor(centre: Centre, account: string) {
    this.#centre = centre;
    this.#account = account;
  }

  async start(): Promise<void> {
    if (!canSign()) {
      this.phase = 'insecure';
      void this.refresh();
      return;
    }
    try {
      this.#store = await inTime(Store.open(this.#account), 4_000);
      if (this.#ended) return this.#store.close();
      await this.#reload();
      [this.places, this.mine, this.visits] = await Promise.all([this.#store.kept<Place[]>('places'), this.#store.kept<Mine>('mine'), this.#store.kept<OwnVisit[]>('visits')]);
      this.#dutySeen = (await this.#store.kept<number | null>(DUTY))?.value ?? null;
      this.passed = (await this.#store.kept<Record<string, number>>('passed'))?.value ?? {};
      this.phase = 'ready';
    } catch {
      this.phase = 'denied';
      void this.refresh();
      return;
    }
    if ('BroadcastChannel' in globalThis) {
      this.#others = new BroadcastChannel(`unjai-round-${this.#account}`);
      this.#others.onmessage = () => void this.#reload();
    }
    addEventListener('online', this.#wake);
    document.addEventListener('visibilitychange', this.#wake);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    void this.send();
  }

  stop(): void {
    this.#ended = true;
    clearInterval(this.#timer);
    removeEventListener('online', this.#wake);
    document.removeEventListener('visibilitychange', this.#wake);
    this.#others?.close();
    this.#centre.beside = 0;
    this.#store?.close();
  }

  readonly #wake = (): void => {
    if (!document.hidden) void this.#reload().then(() => this.send());
  };

  get onDuty(): boolean {
    return this.#centre.view.step !== 'off';
  }

  /** Since when on duty, by the phone's clock; signing on that waited for a line counts from when it was pressed. */
  get since(): number | null {
    if (!this.onDuty) return null;
    const pressed = this.#centre.told.findLast((entry) => entry.path === DUTY_PATH && !entry.refused && (entry.body as { on: boolean }).on);
    const said = this.#centre.officer?.duty.since;
    const known = pressed?.at ?? (said ? Date.parse(said) - (this.#centre.centreNow - this.#centre.now) : null);
    // The centre may know of it only since the line came back: what this phone saw before counts, for one shift.
    const seen = this.#dutySeen;
    return seen !== null && (known === null || (seen < known && known - seen < SHIFT_MS)) ? seen : known;
  }

  /** Keep since when this phone has seen its holder on duty, also over a reload. */
  #clockDuty(): void {
    if (!this.#centre.officer) return;
    const since = this.since;
    // Between pressing and the centre's word the page may say "off" for a moment: that ends no duty.
    this.#offTicks = since === null ? this.#offTicks + 1 : 0;
    if (since === this.#dutySeen || (since === null && this.#offTicks < 3)) return;
    this.#dutySeen = since;
    void this.#store?.keep(DUTY, since, Date.now()).catch(() => undefined);
  }

  get rows() {
    return rowsOf({ places: this.places?.value ?? [], mine: this.mine?.value ?? null, seen: this.seen, now: this.#centre.now, since: this.since, here: this.#centre.here, passed: this.passed });
  }

  /** The unit is there: from now on the time counts, and the best position is kept. */
  async arrive(place: Place, minutes: number): Promise<void> {
    if (!this.#store || this.running || !this.onDuty) return;
    void navigator.storage?.persist?.().catch(() => undefined);
    const fix = this.#fresh();
    const running: Running = { id: newId(), place: $state.snapshot(place) as Place, at: Date.now(), boot: BOOT, mono: mono(), duty: this.since, lon: fix?.lon ?? null, lat: fix?.lat ?? null, acc: fix?.accuracy_m ?? null, mock: fix !== null && looksMade(fix, null), code: '', nfc: '', photos: [], minutes };
    await this.#run(running, true);
    this.chosen = null;
  }

  async proof(more: Partial<Pick<Running, 'code' | 'nfc'>>): Promise<void> {
    if (this.running) await this.#run({ ...this.running, ...more });
  }

  /** Take a photograph for the visit that goes on. */
  async photograph(file: File): Promise<void> {
    if (!this.#store || !this.running || this.running.photos.length >= 4) return;
    const photo = await keepPhoto(this.#store, newId(), await shrunk(file), 'draft');
    if (photo.state !== 'refused' && this.running) await this.#run({ ...this.running, photos: [...this.running.photos, photo.id] });
    await this.#reload();
  }

  async leave(): Promise<void> {
    const running = this.running;
    if (!this.#store || !running) return;
    const { id, at, boot, place, code, nfc, photos } = running;
    const deed: Deed = { kind: 'visit', id, at, boot, mono: running.mono, ...this.#where(running.lon, running.lat, running.acc, running.mock), checkpoint: place.id, left: Math.max(Date.now(), at), photos: [...photos] };
    if (running.duty !== null) deed.duty = Math.round(running.duty);
    if (code) deed.code = code;
    if (nfc) deed.nfc = nfc;
    await this.#store.leave(id, { deed, signed: null, aside: null });
    await this.#changed();
  }

  /** Not there after all: nothing is told. */
  async abandon(): Promise<void> {
    await this.#store?.abandon();
    await this.#changed();
  }

  async find(what: What, text: string, files: readonly File[], checkpoint: string | null): Promise<void> {
    if (!this.#store) return;
    const taken = files.slice(0, 4).map((file) => ({ id: newId(), file }));
    const photos = taken.map(({ id }) => id);
    const fix = this.#fresh();
    const deed: Deed = { kind: 'finding', id: newId(), at: Date.now(), boot: BOOT, mono: mono(), ...this.#where(fix?.lon ?? null, fix?.lat ?? null, fix?.accuracy_m ?? null, false), what, text: text.trim().slice(0, 1000), photos };
    if (checkpoint) deed.checkpoint = checkpoint;
    if (this.since !== null) deed.duty = Math.round(this.since);
    // The finding first: whatever becomes of its photographs, it is kept.
    await this.#store.add({ deed, signed: null, aside: null });
    for (const { id, file } of taken) await keepPhoto(this.#store, id, await shrunk(file), 'waiting').catch(() => undefined);
    await this.#changed();
  }

  // ── what the reader has seen ──

  async dismiss(one: Stored): Promise<void> {
    await this.#store?.drop(one.n);
    await this.#changed();
  }

  async read(one: Told): Promise<void> {
    await this.#store?.read(one.id);
    await this.#reload();
  }

  async readPhoto(photo: Photo): Promise<void> {
    await this.#store?.dropPhoto(photo.id);
    await this.#reload();
  }

  /** This phone's key was stopped, and its holder still has it: go on with a new one. */
  async renew(): Promise<void> {
    if (!this.#store) return;
    await renew(this.#store);
    await this.send(true);
  }

  // ── telling ──

  /** Tell what waits, then ask for the round anew; `now` is a press, which waits for no pause. */
  async send(now = false): Promise<void> {
    const store = this.#store;
    if (!store || this.#ended) return;
    if (this.sending) {
      this.#again ||= now;
      return;
    }
    this.sending = true;
    try {
      const hold = (): boolean => this.#centre.box.entries.some((entry) => entry.path === DUTY_PATH && !entry.refused);
      const before = this.open.length + this.photosWaiting;
      this.ending = await tellAll({ store, wire: httpWire, account: this.#account, name: phoneName(), now: () => Date.now(), hold, onProgress: () => void this.#reload() });
      if (this.ending.how === 'login') me.session = null;
      this.#failures = this.ending.how === 'later' ? this.#failures + 1 : 0;
      this.#notBefore = Date.now() + (this.#failures > 0 ? pause(this.#failures, Math.random()) : 0);
      await this.#reload();
      if (this.ending.how === 'done') await this.refresh(before > 0 || now);
    } catch {
      this.#failures += 1;
      this.#notBefore = Date.now() + pause(this.#failures, Math.random());
    } finally {
      this.sending = false;
    }
    if (this.#again) {
      this.#again = false;
      void this.send();
    }
  }

  /** Ask for the round, the checkpoints and one's own visits; what comes is kept for when there is no line. */
  async refresh(force = false): Promise<void> {
    if (!force && Date.now() - this.#refreshedAt < FRESH_MS) return;
    this.#refreshedAt = Date.now();
    const [places, mine, visits] = await Promise.all([
      this.#ask<Place[]>('places', '/api/patrol/my/checkpoints'),
      this.#ask<Mine>('mine', '/api/patrol/rounds/mine'),
      this.#ask<OwnVisit[]>('visits', `/api/patrol/my/visits?limit=${SHOWN_VISITS}`),
    ]);
    this.places = places ?? this.places;
    this.mine = mine ?? this.mine;
    this.visits = visits ?? this.visits;
  }

  async refreshPhones(): Promise<void> {
    this.phones = (await this.#get<OwnPhone[]>('/api/patrol/my/phones')) ?? this.phones;
  }

  /** The id under which the centre knows this phone's key; null before it does. */
  async ownPhone(): Promise<string | null> {
    return (await this.#store?.live())?.id ?? null;
  }

  async #ask<T>(name: string, path: string): Promise<Kept<T> | null> {
    const value = await this.#get<T>(path);
    if (value === null) return null;
    const at = Date.now();
    await this.#store?.keep(name, value, at).catch(() => undefined);
    return { at, value };
  }

  async #get<T>(path: string): Promise<T | null> {
    try {
      return await get<T>(path);
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.status === 401) me.session = null;
      return null;
    }
  }

  #tick(): void {
    const up = this.#centre.lineUp;
    const back = up && !this.#wasUp;
    this.#wasUp = up;
    void this.#follow();
    if (back) this.#failures = this.#notBefore = 0;
    this.#clockDuty();
    const asks = back || this.open.length + this.photosWaiting > 0 || (up && Date.now() - this.#refreshedAt > 5 * FRESH_MS);
    if (asks && up && Date.now() >= this.#notBefore && !['stopped', 'many', 'other'].includes(this.ending?.how ?? '')) void this.send();
  }

  /** While at a checkpoint: keep the position that shows the most. */
  async #follow(): Promise<void> {
    const fix = this.#centre.fix;
    if (!fix || fix === this.#before) return;
    const made = looksMade(fix, this.#before);
    this.#before = fix;
    this.#pass();
    const running = this.running;
    if (!running) return;
    if (betterSpot(running, fix)) await this.#run({ ...running, lon: fix.lon, lat: fix.lat, acc: fix.accuracy_m, mock: running.mock || made });
    else if (made && !running.mock) await this.#run({ ...running, mock: true });
  }

  /** Note which places of the plan that are no checkpoints this phone is at. */
  #pass(): void {
    const now = Date.now();
    const fresh = this.rows.filter((row) => !row.place && row.spot && row.passed === null && row.due !== null && fits(now, row.due) && (row.distance_m ?? Infinity) <= THERE_M);
    if (!this.onDuty || fresh.length === 0) return;
    this.passed = { ...this.passed, ...Object.fromEntries(fresh.map((row) => [row.key, now])) };
    const recent = Object.fromEntries(Object.entries(this.passed).filter(([, at]) => now - at < SHIFT_MS));
    void this.#store?.keep('passed', recent, now).catch(() => undefined);
  }

  /** The position, where it is not older than a minute. */
  #fresh(): Fix | null {
    const fix = this.#centre.fix;
    return fix && Date.now() - fix.at < 60_000 ? fix : null;
  }

  #where(lon: number | null, lat: number | null, acc: number | null, mock: boolean): Pick<Deed, 'lon' | 'lat' | 'acc' | 'mock'> {
    if (lon === null || lat === null) return {};
    return { lon: Number(lon.toFixed(7)), lat: Number(lat.toFixed(7)), ...(acc === null ? {} : { acc: Number(acc.toFixed(1)) }), ...(mock ? { mock } : {}) };
  }

  async #run(running: Running, fresh = false): Promise<void> {
    this.running = running;
    if (!(await this.#store?.run(running, fresh))) await this.#reload();
  }

  async #changed(): Promise<void> {
    this.#others?.postMessage('changed');
    await this.#reload();
    this.#notBefore = 0;
    void this.send(true);
  }

  async #reload(): Promise<void> {
    const store = this.#store;
    if (!store || this.#ended) return;
    try {
      const [waiting, told, photos, running] = await Promise.all([store.waiting(), store.told(), store.photos(), store.running()]);
      [this.waiting, this.told, this.running] = [waiting, told.sort((a, b) => b.at - a.at), running];
      this.photos = photos.map((photo) => ({ ...photo, bytes: null }));
      this.#centre.beside = this.open.length + this.photosWaiting;
    } catch {
      // The store went away with the page.
    }
  }
}

/** The book of the account that is signed in. */
export const current = $state<{ book: Book | null }>({ book: null });

/** Open the book for an account; what is returned ends it. */
export function openBook(centre: Centre, account: string): () => void {
  const book = new Book(centre, account);
  current.book = book;
  void book.start();
  return () => {
    book.stop();
    if (current.book === book) current.book = null;
  };
}
