/** The citizen's page as one live thing: the call for help, what still has to go out, where she is, what the centre says. */
import { ApiError, get } from '$lib/api';
import { read, write } from '$lib/kept';
import { distanceM } from '$lib/near';
import { bodyOf, clientId, httpPost, openShelf, Outbox, type Answer, type Entry, type OutboxState, type Refusal } from '$lib/outbox';
import { inTime } from '$lib/shelf';
import type { Info } from '$lib/types';
import { heard, isStale, lastWord, page, pressed, recall, slipsOf, type Help, type HelpAnswer, type HelpTold, type Hidden } from './help';

export interface Place {
  lon: number;
  lat: number;
  accuracy_m: number;
  /** ms since 1970. */
  at: number;
}
export type PlaceTrouble = 'denied' | 'none';

/** What became of a call that was taken back: the centre had it, may have it, or never saw it. */
export type TakenBack = 'sent' | 'maybe' | 'never';

export interface ReportWords {
  text: string;
  kind: string | null;
  place: Place | null;
}

const KEPT = 'unjai.help';
const PHONE = 'unjai.phone';
const SLIPS = 'unjai.slips';
const HELP_PATH = '/api/citizen/help';
/** Each call has its own lane: a new one waits for nothing that an older one left behind. */
const lane = (id: string): string => `help:${id}`;
/** What is told after the press waits for the press alone, and pictures hold up no words. */
const moreLane = (id: string): string => `more:${id}`;
const fileLane = (id: string): string => `file:${id}`;
const POLL_MS = 3_000;
/** A place this old may still go out with the press; a better one follows. */
const RECENT_MS = 60_000;

declare global {
  interface Window {
    /** The press that `public/begin.js` took, where there was one. */
    unjaiPressed?: { id: string; pressedAt: number };
  }
}

export const seconds = (ms: number): number => Math.floor(ms / 1_000);

export class Caller {
  help = $state.raw<Help | null>(null);
  now = $state(Date.now());
  place = $state.raw<Place | null>(null);
  placeTrouble = $state<PlaceTrouble | null>(null);
  info = $state.raw<Info | null>(null);
  online = $state(navigator.onLine);
  takenBack = $state.raw<TakenBack | null>(null);
  phone = $state('');
  reported = $state(false);
  /** Presses by mistake that this phone remembers. */
  slips = $state.raw<number[]>([]);
  #box = $state.raw<OutboxState>({ entries: [], sending: false, failing: false, needsLogin: false });

  readonly page = $derived(page(this.help, this.now));
  readonly reports = $derived(this.#box.entries.filter((entry) => entry.lane === 'report' && !entry.refused));
  readonly refusedReports = $derived(this.#box.entries.filter((entry) => entry.lane === 'report' && entry.refused));
  readonly sending = $derived(this.#box.sending);
  /** The last try to send the call found no line. */
  readonly failing = $derived(this.#box.entries.some((entry) => entry.id === this.help?.id && entry.tries > 0));
  /** The centre has not been told yet that a call was taken back. */
  readonly cancelling = $derived(this.#box.entries.some((entry) => entry.path.endsWith('/cancel')));
  /** Words and pictures of this call that the centre has not got yet, and those it would not take. */
  readonly more = $derived(this.#box.entries.filter((entry) => this.help && (entry.lane === moreLane(this.help.id) || entry.lane === fileLane(this.help.id))));
  /** The centre's last word is older than it should be. */
  readonly stale_s = $derived(this.help?.answer && this.now - this.help.answeredAt > 15_000 ? (this.now - this.help.answeredAt) / 1_000 : 0);

  #outbox: Outbox | null = null;
  /** A press from before the program was there; it may have gone out already. */
  #early: string | null = null;
  #watch: number | null = null;
  #told: Place | null = null;
  #asking = false;
  #askedAt = 0;
  #timers: ReturnType<typeof setInterval>[] = [];

  async start(): Promise<void> {
    const early = window.unjaiPressed;
    this.help = recall(read(KEPT) ?? (early ? JSON.stringify(early) : null), Date.now());
    this.#early = early?.id ?? null;
    this.phone = read(PHONE) ?? '';
    this.slips = slipsOf(read(SLIPS), Date.now());
    this.#timers.push(setInterval(() => this.#tick(), 250));
    addEventListener('online', this.#wake);
    addEventListener('offline', this.#wake);
    addEventListener('storage', this.#elsewhere);
    document.addEventListener('visibilitychange', this.#wake);
    if (this.help) this.#findPlace();
    else void this.#findIfAllowed();
    void this.#askInfo();
    const { shelf } = await openShelf('unjai-citizen');
    const send = httpPost(10_000);
    this.#outbox = new Outbox({
      shelf,
      post: (entry) => (this.#mayGo(entry) ? send(entry) : Promise.reject(new Error('held back'))),
      onChange: (state) => (this.#box = { ...state, entries: [...state.entries] }),
      onSent: (entry, answer) => this.#sent(entry, answer),
      onRefused: (entry, why) => this.#refused(entry, why),
      longest: 5_000,
    });
    // A press while the shelf was being opened waits here.
    if (this.help && this.help.sentAt === null && !(await inTime(shelf.all(), 1_000).catch(() => [])).some((entry) => entry.id === this.help?.id)) await this.#post(this.help);
    await this.#outbox.start();
    // What is needed after a press, so that it is there when the line is cut.
    this.#load();
  }

  /** What follows the press but is not needed for it; null until it was fetched, which is tried until it is there. */
  parts = $state.raw<Awaited<ReturnType<typeof load>> | null>(null);
  #loading = false;
  #loadAt = 0;

  #load(): void {
    if (this.parts || this.#loading || Date.now() < this.#loadAt) return;
    this.#loading = true;
    this.#loadAt = Date.now() + POLL_MS;
    void load().then((found) => (this.parts = found), () => undefined).finally(() => (this.#loading = false));
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    removeEventListener('online', this.#wake);
    removeEventListener('offline', this.#wake);
    removeEventListener('storage', this.#elsewhere);
    document.removeEventListener('visibilitychange', this.#wake);
    this.#outbox?.stop();
    this.#leavePlace();
  }

  readonly #wake = (): void => {
    this.online = navigator.onLine;
    if (document.hidden) return;
    this.#outbox?.kick();
    this.#askedAt = 0;
    if (!this.info) void this.#askInfo();
  };

  /** Another page of this phone pressed, or took it back. */
  readonly #elsewhere = (event: StorageEvent): void => {
    if (event.key === KEPT) this.help = recall(event.newValue, Date.now());
  };

  /** The press: it goes out at once, with the place if one is known; everything else follows. */
  press(hidden: Hidden | null = null): void {
    if (this.help && this.page !== 'closed') return;
    const help = pressed(clientId(), Date.now(), hidden);
    this.takenBack = null;
    this.#told = null;
    this.#keep(help);
    void this.#post(help);
    this.#findPlace();
    if (!help.silent) navigator.vibrate?.(60);
  }

  async #post(help: Help): Promise<void> {
    const place = this.place && Date.now() - this.place.at < RECENT_MS ? this.place : null;
    if (place) this.#told = place;
    const body = { id: help.id, tst: seconds(help.pressedAt), ...(place ? spot(place) : {}), ...(this.phone ? { phone: this.phone } : {}), ...(help.silent ? { silent: true } : {}) };
    await this.#outbox?.add({ id: help.id, lane: lane(help.id), path: HELP_PATH, body });
  }

  /** What she touched, one thing or several; the last of each counts. */
  tell(told: HelpTold): void {
    if (!this.help) return;
    this.#keep({ ...this.help, told: { ...this.help.told, ...told } });
    void this.#more(this.help.id, 'told', told);
  }

  /** Ask once more; what was told stays until she touches something else. */
  askAgain(): void {
    if (this.help) this.#keep({ ...this.help, told: {} });
  }

  /** Where she is, in her words, for a phone that does not know. */
  tellPlace(text: string): void {
    if (this.help) void this.#more(this.help.id, 'told', { place_text: text });
  }

  say(text: string): void {
    const id = clientId();
    if (this.help) void this.#more(this.help.id, 'words', { id, text, at: new Date().toISOString() }, id);
  }

  /** A picture or a voice; kept on the phone until the centre has it. */
  async send(file: Blob, name: string): Promise<void> {
    const help = this.help;
    if (!help) return;
    const about = new URLSearchParams({ name, at: new Date().toISOString() });
    await this.#outbox?.add({ lane: fileLane(help.id), path: `${HELP_PATH}/${help.id}/attachments?${about.toString()}`, body: await bodyOf(file) });
  }

  /** Hide the screen, or show it again. The centre is told that she cannot speak; the call goes on. */
  hide(hidden: Hidden | null): void {
    const help = this.help;
    if (!help) return;
    this.#keep({ ...help, hidden, silent: help.silent || hidden !== null, settled: help.settled || hidden !== null });
    if (hidden && !help.silent) void this.#more(help.id, 'told', { silent: true });
  }

  /** Help is no longer needed, by a word. The centre is told and makes sure; nothing ends by itself. */
  async noLonger(reason: string): Promise<void> {
    const help = this.help;
    if (!help) return;
    this.#keep({ ...help, cancelled: true });
    await this.#outbox?.add({ lane: lane(help.id), path: `${HELP_PATH}/${help.id}/cancel`, body: { tst: seconds(Date.now()), reason } });
  }

  dismiss(entry: Entry): void {
    void this.#outbox?.discard(entry.id);
  }

  async #more(help_id: string, what: string, body: unknown, id?: string): Promise<void> {
    await this.#outbox?.add({ ...(id ? { id } : {}), lane: moreLane(help_id), path: `${HELP_PATH}/${help_id}/${what}`, body });
  }

  /** Within the first seconds, or while it has not gone out. The centre hears of it if it may have heard the press. */
  async takeBack(): Promise<void> {
    const help = this.help;
    if (!help) return;
    const entry = this.#box.entries.find((one) => one.id === help.id);
    const told = !entry || entry.tries > 0 || help.id === this.#early || (this.#outbox?.isFlying(help.id) ?? false);
    this.takenBack = help.sentAt !== null ? 'sent' : told ? 'maybe' : 'never';
    this.#keep(null);
    this.#leavePlace();
    for (const each of ['place', moreLane(help.id), fileLane(help.id)]) await this.#outbox?.discardLane(each);
    await this.#outbox?.discard(help.id);
    if (told) await this.#outbox?.add({ lane: lane(help.id), path: `${HELP_PATH}/${help.id}/cancel`, body: { tst: seconds(Date.now()) }, quiet: true });
  }

  /** An old call that never went out is wanted after all: it is a new press, now. */
  async pressAgain(): Promise<void> {
    if (this.help) await this.#outbox?.discard(this.help.id);
    this.#keep(null);
    this.press();
  }

  async dropStale(): Promise<void> {
    if (this.help) await this.#outbox?.discard(this.help.id);
    this.takenBack = 'maybe';
    this.#keep(null);
    this.#leavePlace();
  }

  /** Back to the first page, from an end or a refusal. */
  async home(): Promise<void> {
    if (this.help) await this.#outbox?.discard(this.help.id);
    this.#keep(null);
    this.#leavePlace();
  }

  setPhone(phone: string): void {
    this.phone = phone;
    write(PHONE, phone || null);
    // Given after the press: the call learns it too.
    if (phone && this.help && this.page !== 'closed') void this.#more(this.help.id, 'told', { phone });
  }

  async report(words: ReportWords): Promise<void> {
    const id = clientId();
    this.reported = false;
    const body = { id, text: words.text, tst: seconds(Date.now()), ...(words.kind ? { kind: words.kind } : {}), ...(words.place ? spot(words.place) : {}), ...(this.phone ? { phone: this.phone } : {}) };
    await this.#outbox?.add({ id, lane: 'report', path: '/api/citizen/report', body });
  }

  dismissReport(entry: Entry): void {
    void this.#outbox?.discard(entry.id);
  }

  /** An old call for help must not go out by itself when the phone wakes up a day later. */
  #mayGo(entry: Entry): boolean {
    if (this.help?.sentAt === null && [moreLane(this.help.id), fileLane(this.help.id)].includes(entry.lane)) return false;
    return entry.path !== HELP_PATH || !isStale({ pressedAt: entry.at, sentAt: null }, Date.now());
  }

  #sent(entry: Entry, answer: Answer): void {
    if (entry.lane === 'report') this.reported = true;
    if (!this.help || entry.id !== this.help.id) return;
    const told = answer.body as HelpAnswer | null;
    this.#keep({ ...heard(this.help, told, Date.now()), sentAt: Date.now() });
    this.#askedAt = Date.now();
    this.#tellPlace();
  }

  #refused(entry: Entry, why: Refusal): void {
    if (!this.help || entry.id !== this.help.id) return;
    void this.#outbox?.discard(entry.id);
    // The id is taken: the call is there already, and only our copy of the answer was lost.
    if (why.status === 409) this.#keep({ ...this.help, sentAt: Date.now() });
    else this.#keep({ ...this.help, refused: why, settled: true });
  }

  #tick(): void {
    this.now = Date.now();
    const help = this.help;
    if (!help) return;
    this.#load();
    if (!help.settled && this.page !== 'grace') this.#keep({ ...help, settled: true });
    if (this.page === 'closed' || this.page === 'refused') this.#leavePlace();
    else if (this.now - this.#askedAt >= POLL_MS && help.sentAt !== null) void this.#ask(help);
  }

  async #ask(help: Help): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    this.#askedAt = Date.now();
    try {
      const shown = help.hidden ? null : lastWord(help);
      const answer = await get<HelpAnswer>(`${HELP_PATH}/${help.id}${shown === null ? '' : `?seen=${shown}`}`, { timeout_ms: 8_000 });
      if (this.help?.id === help.id) this.#keep(heard(this.help, answer, Date.now()));
      if (answer.status === 'closed' && answer.mistaken) {
        this.slips = slipsOf(read(SLIPS), Date.now(), help.pressedAt);
        write(SLIPS, JSON.stringify(this.slips));
      }
    } catch (thrown) {
      // Not found: the centre is still writing it down. Anything else: the age of the last word tells.
      if (thrown instanceof ApiError && thrown.status !== 0 && thrown.status !== 404) this.#askedAt = Date.now() + POLL_MS;
    } finally {
      this.#asking = false;
    }
  }

  async #askInfo(): Promise<void> {
    this.info = await get<Info>('/api/info', { timeout_ms: 8_000 }).catch(() => this.info);
  }

  /** Where it is allowed already, look at once: the place then goes out with the press. Never asks. */
  async #findIfAllowed(): Promise<void> {
    const state = await navigator.permissions?.query({ name: 'geolocation' }).then((found) => found.state, () => null);
    if (state !== 'granted' || this.help || !window.isSecureContext) return;
    navigator.geolocation.getCurrentPosition((found) => this.#gotPlace(found), () => undefined, { enableHighAccuracy: true, maximumAge: RECENT_MS, timeout: 20_000 });
  }

  #findPlace(): void {
    if (this.#watch !== null) return;
    if (!window.isSecureContext || !('geolocation' in navigator)) {
      this.placeTrouble = 'none';
      return;
    }
    this.#watch = navigator.geolocation.watchPosition(
      (found) => this.#gotPlace(found),
      (error) => (this.placeTrouble = error.code === error.PERMISSION_DENIED ? 'denied' : this.place ? null : 'none'),
      { enableHighAccuracy: true, maximumAge: 5_000, timeout: 30_000 },
    );
  }

  #leavePlace(): void {
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
    this.#watch = null;
    this.placeTrouble = null;
  }

  #gotPlace(found: GeolocationPosition): void {
    this.placeTrouble = null;
    this.place = { lon: found.coords.longitude, lat: found.coords.latitude, accuracy_m: found.coords.accuracy, at: found.timestamp };
    this.#tellPlace();
  }

  /** Tell where she is once the call is there: the first place at once, then as she moves, then each minute. */
  #tellPlace(): void {
    const { help, place } = this;
    if (!help || help.sentAt === null || !place || this.page === 'closed') return;
    const last = this.#told;
    const waited = last ? place.at - last.at : Infinity;
    const better = last ? distanceM(place, last) > 10 || place.accuracy_m < last.accuracy_m / 2 : true;
    if (waited < 5_000 || (!better && waited < 60_000)) return;
    this.#told = place;
    void this.#outbox?.add({ lane: 'place', path: `${HELP_PATH}/${help.id}/position`, body: { ...spot(place), tst: seconds(place.at) }, quiet: true });
  }

  #keep(help: Help | null): void {
    this.help = help;
    write(KEPT, help ? JSON.stringify(help) : null);
  }
}

async function load() {
  const [more, noLonger, choose, screen] = await Promise.all([import('./call/More.svelte'), import('./call/NoLonger.svelte'), import('./quiet/Choose.svelte'), import('./quiet/Screen.svelte')]);
  return [more.default, noLonger.default, choose.default, screen.default] as const;
}

function spot(place: Place): { lat: number; lon: number; acc: number } {
  return { lat: Number(place.lat.toFixed(7)), lon: Number(place.lon.toFixed(7)), acc: Math.round(place.accuracy_m) };
}
