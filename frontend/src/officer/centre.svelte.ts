/** The officer's page as one live thing: the centre's word, the outbox, the line, the position, and the time. */
import { ApiError, get, query } from '$lib/api';
import { named } from '$lib/i18n.svelte';
import type { Spot } from '$lib/near';
import { bodyOf, clientId, httpPost, openShelf, Outbox, type Answer, type Entry, type OutboxState } from '$lib/outbox';
import { me } from '$lib/session.svelte';
import type { Outcome } from '$lib/types';
import { Alarm, askForNotices, notice, ScreenOn } from './alarm';
import { assignmentPath, backlog, deed, DISTRESS_PATH, DUTY_PATH, photoPath, view } from './duty';
import { Link } from './link';
import { batteryLevel, Position, type Trouble } from './position';
import { t } from './texts';
import { Track, type Fix } from './track';
import type { OfficerState, Verb } from './types';

const KEPT = 'unjai.officer.state';
const POLL_CUT_MS = 5_000;
const POLL_CALM_MS = 30_000;

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
  #box = $state.raw<OutboxState>({ entries: [], sending: false, failing: false, needsLogin: false });
  /** Sent, but perhaps not yet in the centre's answer. */
  #settled = $state.raw<Entry[]>([]);
  /** Centre's clock minus the phone's, ms. */
  #ahead = $state(0);

  readonly told = $derived([...this.#settled, ...this.#box.entries]);
  readonly centreNow = $derived(this.now + this.#ahead);
  readonly view = $derived(view(this.officer, this.told, this.centreNow));
  readonly backlog = $derived(backlog(this.#box.entries));
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
  }

  stop(): void {
    this.#ended = true;
    removeEventListener('online', this.#wake);
    document.removeEventListener('visibilitychange', this.#wake);
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
      else if (thrown.status === 403 || thrown.status === 409) this.refusal = thrown;
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
    if (step === 'off') this.#offDuty();
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
    if (this.distress?.id === entry.id) this.distress = { id: entry.id, receivedAt: Date.now() + this.#ahead };
    const officer = answer.body as Partial<OfficerState> | null;
    this.#answers += 1;
    if (officer?.unit && officer.duty) this.#heard(officer as OfficerState);
    else if (deed(entry) || entry.path === DUTY_PATH) {
      this.#settled = [...this.#settled, entry];
      void this.fetch();
    }
  }

  async setDuty(on: boolean): Promise<void> {
    this.alarm.unlock();
    if (on) askForNotices();
    else {
      await this.#track?.flush();
      this.distress = null;
    }
    await this.#outbox?.add({ lane: 'duty', path: DUTY_PATH, body: { on } });
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
