/** The officer's page as one live thing: the centre's word, the outbox, the line, the position, and the time. */
import { ApiError, get, query } from '$lib/api';
import { named } from '$lib/i18n.svelte';
import type { Spot } from '$lib/near';
import { bodyOf, clientId, httpPost, openShelf, Outbox, type Answer, type Entry, type OutboxState } from '$lib/outbox';
import { me } from '$lib/session.svelte';
import type { Outcome } from '$lib/types';
import { Alarm, askForNotices, notice, ScreenOn } from './alarm';
import { mayReload } from './idle';
import { install } from './install.svelte';
import { assignmentPath, backlog, deed, DISTRESS_PATH, DUTY_PATH, photoPath, SAFE_PATH, view } from './duty';
import { Link } from './link';
import { batteryLevel, Position, type Trouble } from './position';
import { TALK_PATH, TALK_READ_PATH } from './talk/thread';
import { t } from './texts';
import { Track, type Fix } from './track';
import { bodyOf as dutyBody, type Touched } from './signon/plan';
import type { OfficerState, Verb } from './types';

const KEPT = 'unjai.officer.state';
const POLL_CUT_MS = 5_000;
const POLL_CALM_MS = 30_000;
const TOUCHES = ['pointerdown', 'keydown'] as const;

export interface Distress {
  id: string;
  /** Centre time of receipt; null while it is not there. */
  receivedAt: number | null;
}

export class Centre {
  officer = $state.raw<OfficerState | null>(null);
  /** When the centre last spoke of this officer, ms; 0 = never. */
  heardAt = $state(0);
  /** Why this account has no page here, in the centre's words. */
  refusal = $state.raw<ApiError | null>(null);
  lineUp = $state(false);
  now = $state(Date.now());
  fix = $state.raw<Fix | null>(null);
  trouble = $state<Trouble | null>(null);
  durable = $state(true);
  distress = $state.raw<Distress | null>(null);
  /** How many of our own words have arrived since the page was opened. */
  spoken = $state(0);
  #readUpTo = 0;
  #touchedAt = Date.now();
  #box = $state.raw<OutboxState>({ entries: [], sending: false, failing: false, needsLogin: false });
  /** Sent, but perhaps not yet in the centre's answer. */
  #settled = $state.raw<Entry[]>([]);
  /** Centre's clock minus the phone's, ms. */
  #ahead = $state(0);

  readonly told = $derived([...this.#settled, ...this.#box.entries]);
  readonly centreNow = $derived(this.now + this.#ahead);
  readonly view = $derived(view(this.officer, this.told, this.centreNow));
  /** What the pages beside keep to send; counted with the outbox, so that "all sent" is never said too soon. */
  beside = $state(0);
  readonly #outboxed = $derived(backlog(this.#box.entries));
  readonly backlog = $derived({ ...this.#outboxed, items: this.#outboxed.items + this.beside });
  readonly box = $derived(this.#box);
  /** A call for backup that is not at the centre yet, also one that a reload left behind. */
  readonly calling = $derived(this.#box.entries.find((entry) => entry.path === DISTRESS_PATH) ?? null);
  readonly here = $derived<Spot | null>(this.fix);

  readonly alarm = new Alarm();
  readonly #screen = new ScreenOn();
  #outbox: Outbox | null = null;
  #track: Track | null = null;
  #position: Position;
  #link: Link;
  #battery: number | null = null;
  #fetching: Promise<void> | null = null;
  #fetchAgain = false;
  /** How many entries the centre has answered. */
  #answers = 0;
  #fetchedAt = 0;
  #timers: ReturnType<typeof setInterval>[] = [];
  #rung: string | null = null;
  #ended = false;
  #account = '';

  constructor() {
    this.#link = new Link({
      onChanged: () => void this.fetch(),
      onTime: (now) => (this.#ahead = now - Date.now()),
      onLine: (up) => {
        this.lineUp = up;
        if (up) this.#outbox?.kick();
      },
    });
    this.#position = new Position({ onFix: (fix) => this.#gotFix(fix), onTrouble: (trouble) => (this.trouble = trouble) });
  }

  /** Begin for the account; everything unsent belongs to that account alone. */
  async start(account: string): Promise<void> {
    this.#account = account;
    this.#recall();
    const { shelf, durable } = await openShelf(`unjai-officer-${account}`);
    if (this.#ended) return;
    this.durable = durable;
    this.#outbox = new Outbox({
      shelf,
      post: httpPost(),
      onChange: (state) => (this.#box = { ...state, entries: [...state.entries] }),
      onSent: (entry, answer) => this.#sent(entry, answer),
      onRefused: () => void this.fetch(),
    });
    this.#track = new Track(this.#outbox);
    await this.#outbox.start();
    this.#link.start();
    this.#timers.push(setInterval(() => this.#tick(), 500), setInterval(() => void this.#track?.flush(), 5_000));
    void this.fetch();
    void batteryLevel().then((level) => (this.#battery = level));
    addEventListener('online', this.#wake);
    document.addEventListener('visibilitychange', this.#wake);
    navigator.serviceWorker?.addEventListener('message', this.#told);
    for (const kind of TOUCHES) addEventListener(kind, this.#touch, { passive: true, capture: true });
  }

  stop(): void {
    this.#ended = true;
    removeEventListener('online', this.#wake);
    document.removeEventListener('visibilitychange', this.#wake);
    navigator.serviceWorker?.removeEventListener('message', this.#told);
    for (const kind of TOUCHES) removeEventListener(kind, this.#touch, { capture: true });
    for (const timer of this.#timers) clearInterval(timer);
    this.#link.stop();
    this.#outbox?.stop();
    this.#position.stop();
    this.alarm.stop();
    void this.#screen.want(false);
  }

  /** After signing in again: what waited goes out. */
  kick(): void {
    this.#outbox?.kick();
    this.#link.kick();
    void this.fetch();
  }

  readonly #wake = (): void => {
    if (!document.hidden) this.kick();
  };

  /** The service worker was woken while this page is seen: it asks at once, and rings if there is something to ring for. */
  readonly #told = (event: MessageEvent<{ type?: string; hash?: string }>): void => {
    if (event.data?.type === 'push') void this.fetch();
    if (event.data?.type === 'open' && event.data.hash) location.hash = event.data.hash;
  };
  readonly #touch = (): void => {
    this.#touchedAt = Date.now();
  };

  /** A newer version of the page is taken while nobody is at anything. */
  #renew(): void {
    if (!install.ready) return;
    const at = document.activeElement;
    const { step } = this.view;
    const busyHands = document.querySelector('dialog[open]') !== null || (at instanceof HTMLElement && at.matches('input, textarea, select'));
    const beside = location.hash !== '' && location.hash !== '#work';
    const idle = { step, waiting: this.#box.entries.length + this.beside, sending: this.#box.sending, calling: this.calling !== null, lineUp: this.lineUp, beside, busyHands, quiet_s: (this.now - this.#touchedAt) / 1_000 };
    install.takeIf(mayReload(idle));
  }

  /** Ask the centre what is. Calls meanwhile make it ask once more. */
  fetch(): Promise<void> {
    if (this.#fetching) {
      this.#fetchAgain = true;
      return this.#fetching;
    }
    this.#fetching = this.#ask().finally(() => {
      this.#fetching = null;
      if (this.#fetchAgain) {
        this.#fetchAgain = false;
        void this.fetch();
      }
    });
    return this.#fetching;
  }

  async #ask(): Promise<void> {
    const settled = new Set(this.#settled.map((entry) => entry.id));
    const answers = this.#answers;
    this.#fetchedAt = Date.now();
    try {
      const officer = await get<OfficerState>('/api/officer', { timeout_ms: 10_000 });
      if (answers !== this.#answers) {
        // A deed was answered meanwhile: this is how it was before.
        this.#fetchAgain = true;
        return;
      }
      this.#heard(officer);
      // What was sent before the question is in the answer.
      this.#settled = this.#settled.filter((entry) => !settled.has(entry.id));
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) return;
      if (thrown.status === 401) me.session = null;
      else if (thrown.status === 403 || thrown.status === 409) {
        this.refusal = thrown;
        // The unit is out with others, or the roster's hour is over: what was known of it holds no longer.
        if (thrown.code === 'unit_missing') this.officer = null;
      }
    }
  }

  #heard(officer: OfficerState): void {
    this.officer = officer;
    this.refusal = null;
    this.heardAt = Date.now();
    if (!this.lineUp) this.#ahead = Date.parse(officer.now) - Date.now();
    try {
      localStorage.setItem(KEPT, JSON.stringify({ account: this.#account, at: this.heardAt, officer }));
    } catch {
      // Without storage the page begins empty when it is opened without a line.
    }
  }

  #tick(): void {
    this.now = Date.now();
    if (this.now - this.#fetchedAt > (this.lineUp ? POLL_CALM_MS : POLL_CUT_MS)) void this.fetch();
    if (this.#box.needsLogin && me.session) me.session = null;
    const { step, assignment } = this.view;
    this.#renew();
    // One phone of a crew tells the unit's place; the others send nothing.
    if (step === 'off' || this.officer?.duty.carries === false) this.#offDuty();
    else this.#position.start();
    void this.#screen.want(step !== 'off' && step !== 'free');
    if (step === 'offered' && assignment) {
      this.alarm.ring(assignment.id);
      if (this.#rung !== assignment.id) void notice(t('offer.title'), `${named(assignment.incident, 'title')} · ${named(assignment.incident, 'place')}`, assignment.id);
      this.#rung = assignment.id;
    } else this.alarm.stop();
  }

  #offDuty(): void {
    if (!this.#position.running && this.trouble === null) return;
    this.#position.stop();
    this.#track?.drop();
    this.fix = null;
  }

  #gotFix(fix: Fix): void {
    this.fix = fix;
    const hurry = this.view.step === 'en_route' || this.view.step === 'accepted';
    this.#track?.take(fix, hurry, this.#battery);
  }

  #sent(entry: Entry, answer: Answer): void {
    if (entry.path === TALK_PATH) {
      this.spoken += 1;
      return;
    }
    if (this.distress?.id === entry.id) this.distress = { id: entry.id, receivedAt: Date.now() + this.#ahead };
    const officer = answer.body as Partial<OfficerState> | null;
    this.#answers += 1;
    if (officer?.unit && officer.duty) this.#heard(officer as OfficerState);
    else if (deed(entry) || entry.path === DUTY_PATH) {
      this.#settled = [...this.#settled, entry];
      void this.fetch();
    }
  }

  /** Go on duty, or off, with what was said; it counts from this press, also when the line comes later. */
  async setDuty(on: boolean, said: Touched & { note?: string } = {}): Promise<void> {
    const at = new Date(this.centreNow).toISOString();
    this.alarm.unlock();
    if (on) askForNotices();
    else {
      await this.#track?.flush();
      this.distress = null;
    }
    await this.#outbox?.add({ lane: 'duty', path: DUTY_PATH, body: on ? dutyBody(said, at) : { ...said, on, at } });
  }

  async do(verb: Verb, body: { reason?: string; outcome?: Outcome; text?: string } = {}): Promise<void> {
    const assignment = this.view.assignment;
    if (!assignment) return;
    this.alarm.unlock();
    this.alarm.stop();
    this.alarm.tap();
    // When it was done, by the centre's clock: without a line it is told later and counts from then.
    await this.#outbox?.add({ lane: 'duty', path: assignmentPath(assignment.id, verb), body: { ...body, at: new Date(this.centreNow).toISOString() } });
  }

  /** A photograph from the scene: a lane of its own, so that no deed waits for a large file. */
  async photograph(file: File): Promise<void> {
    const assignment = this.view.assignment;
    if (!assignment) return;
    this.alarm.tap();
    const at = new Date(this.centreNow).toISOString();
    await this.#outbox?.add({ lane: 'photo', path: photoPath(assignment.id) + query({ name: file.name, at }), body: await bodyOf(file) });
  }

  /** Its own lane: it waits for nothing else. */
  async callForBackup(): Promise<void> {
    this.alarm.unlock();
    this.alarm.tap();
    const fix = this.fix;
    const id = clientId();
    this.distress = { id, receivedAt: null };
    await this.#outbox?.add({ id, lane: 'distress', path: DISTRESS_PATH, body: fix ? { lat: fix.lat, lon: fix.lon, acc: Math.round(fix.accuracy_m) } : {} });
  }

  /** Words to the centre, about the task at hand where there is one; a lane of their own keeps their order. */
  async say(text: string): Promise<void> {
    this.alarm.tap();
    const incident = this.view.assignment?.incident.id ?? null;
    await this.#outbox?.add({ lane: 'talk', path: TALK_PATH, body: { text, at: new Date(this.centreNow).toISOString(), ...(incident ? { incident_id: incident } : {}) } });
  }

  readUpTo(seq: number): void {
    if (seq <= this.#readUpTo) return;
    this.#readUpTo = seq;
    void this.#outbox?.add({ lane: 'read', path: TALK_READ_PATH, body: { up_to: seq }, quiet: true });
  }

  /** The call for help is over, by its word; behind the call itself if that still waits. */
  async sayIAmSafe(word: string): Promise<void> {
    this.alarm.tap();
    await this.#outbox?.add({ lane: 'distress', path: SAFE_PATH, body: { word, at: new Date(this.centreNow).toISOString() } });
  }

  dismiss(entry: Entry): void {
    void this.#outbox?.discard(entry.id);
  }

  /** What was known when the page was last open: shown, with its age, until the centre answers. */
  #recall(): void {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null') as { account: string; at: number; officer: OfficerState } | null;
      if (kept?.account !== this.#account) return;
      this.officer = kept.officer;
      this.heardAt = kept.at;
    } catch {
      // Nothing kept.
    }
  }
}
