/** What the room knows now: one store fed by the live line. Rows are replaced, never changed in place. */
import { get } from '$lib/api';
import { attention } from '$lib/attention.svelte';
import { Feed, liveUrl } from '$lib/live';
import { named } from '$lib/i18n.svelte';
import { me, whoAmI } from '$lib/session.svelte';
import { toasts } from '$lib/toasts.svelte';
import type { Delta, Device, EventCode, IncidentRow, LiveDevice, LiveUnit, Shift, Snapshot, StripEntry, Streets, Tick, Zone } from '$lib/types';
import { MarkBook } from '../map/book';
import { alarms, ordered, orderedUnits } from './queue';
import { desk } from './sos/desk.svelte';
import { NOTICE } from './strip';
import { talk } from './talk/talk.svelte';

type Rows<T> = Readonly<Record<string, T>>;
const HOUR_MS = 3_600_000;

class Room {
  /** Positions; read while drawing, not reactive. */
  readonly book = new MarkBook();

  /** The centre's clock, once a second. */
  now = $state(Date.now());
  /** Seconds since the last word from the centre. */
  age = $state(0);
  line = $state<'connecting' | 'live' | 'lost'>('connecting');
  /** When the line was lost, by the centre's clock. */
  lostSince = $state<number | null>(null);
  core = $state<{ state: 'ok' | 'lost'; since: string | null; why: Tick['why'] }>({ state: 'ok', since: null, why: null });

  incidents = $state.raw<Rows<IncidentRow>>({});
  /** Closed within this screen's last hour, for looking back. */
  past = $state.raw<readonly IncidentRow[]>([]);
  units = $state.raw<Rows<LiveUnit>>({});
  deviceStates = $state.raw<Rows<LiveDevice>>({});
  strip = $state.raw<readonly StripEntry[]>([]);
  /** When a new incident reached this screen (performance clock). */
  fresh = $state.raw<ReadonlyMap<string, number>>(new Map());
  /** The last new incident, to be said aloud. */
  announced = $state.raw<IncidentRow | null>(null);

  zone = $state.raw<Zone | null>(null);
  streets = $state.raw<Streets | null>(null);
  devices = $state.raw<Device[]>([]);
  codes = $state.raw<EventCode[]>([]);
  shifts = $state.raw<Shift[]>([]);

  queue = $derived(ordered(Object.values(this.incidents)));
  board = $derived(orderedUnits(Object.values(this.units)));
  alarms = $derived(alarms(Object.values(this.incidents)));

  #offset_ms = 0;
  #heard_ms = performance.now();
  #feed: Feed | null = null;
  #timers: ReturnType<typeof setInterval>[] = [];

  /** The centre's clock now, in milliseconds. */
  clock(): number {
    return Date.now() + this.#offset_ms;
  }

  open(): void {
    if (this.#feed) return;
    this.#feed = new Feed(liveUrl('/api/live'), {
      line: (open) => this.#line(open),
      // Other rights show other things: what changes seldom is asked anew.
      refused: () => void whoAmI().then(() => (me.session ? this.load() : undefined), () => undefined),
      snapshot: (message) => this.#snapshot(message),
      delta: (message) => this.#delta(message),
      marks: ({ marks }) => {
        this.#heard();
        this.book.takeMarks(marks, performance.now());
      },
      notice: (what) => void (what === 'sos.changed' ? desk.ask() : what === 'talk.said' ? talk.ask() : attention.ask()),
      tick: ({ now, core, since, why = null }) => {
        this.#heard(now);
        if (this.core.state !== core || this.core.since !== since || this.core.why !== why) this.core = { state: core, since, why };
      },
    });
    this.#feed.start();
    attention.start();
    this.#timers = [
      setInterval(() => {
        this.now = this.clock();
        this.age = (performance.now() - this.#heard_ms) / 1000;
      }, 500),
    ];
    talk.callSign = (id) => this.units[id]?.call_sign ?? '';
    addEventListener('online', this.#hurry);
    void this.load();
  }

  close(): void {
    this.#feed?.stop();
    attention.stop();
    talk.stop();
    this.#feed = null;
    this.#timers.forEach(clearInterval);
    removeEventListener('online', this.#hurry);
  }

  /** What changes seldom. Each part on its own: a right that is missing leaves only its part empty. */
  async load(): Promise<void> {
    const part = <T>(path: string, put: (found: T) => void) => get<T>(path).then(put, () => undefined);
    void talk.ask();
    await Promise.all([
      part<Zone>('/api/zone', (found) => (this.zone = found)),
      part<Streets>('/api/streets', (found) => (this.streets = found)),
      part<Device[]>('/api/devices', (found) => (this.devices = found)),
      part<EventCode[]>('/api/event-codes', (found) => (this.codes = found)),
      part<Shift[]>('/api/shifts', (found) => (this.shifts = found)),
    ]);
  }

  /** An incident that was answered by a command, shown before the line brings it. */
  put(row: IncidentRow): void {
    const held = this.incidents[row.id];
    if (held && held.version > row.version) return;
    if (row.state === 'closed') this.#gone([row.id], row);
    else this.incidents = { ...this.incidents, [row.id]: row };
  }

  readonly #hurry = () => this.#feed?.hurry();

  #heard(now?: string): void {
    this.#heard_ms = performance.now();
    if (now !== undefined) {
      const offset = Date.parse(now) - Date.now();
      // Follow the centre's clock; small waits on the way do not matter.
      if (Math.abs(offset - this.#offset_ms) > 250) this.#offset_ms = offset;
    }
  }

  #line(open: boolean): void {
    if (open) return;
    if (this.line === 'live' || this.lostSince === null) this.lostSince = this.clock();
    this.line = 'lost';
    if (me.session) void whoAmI().catch(() => undefined);
  }

  #snapshot(message: Snapshot): void {
    this.#heard(message.now);
    const returning = this.line === 'lost';
    const known = this.incidents;
    const first = this.line === 'connecting';
    this.incidents = Object.fromEntries(message.incidents.map((row) => [row.id, row]));
    this.units = Object.fromEntries(message.units.map((unit) => [unit.unit_id, unit]));
    this.deviceStates = Object.fromEntries(message.devices.map((device) => [device.device_id, device]));
    this.strip = message.strip;
    this.book.takeUnits(message.units, performance.now());
    this.book.keepOnly(new Set(message.units.map((unit) => unit.mark)));
    this.line = 'live';
    this.lostSince = null;
    if (!first) this.#notice(message.incidents.filter((row) => !known[row.id]));
    if (returning || message.devices.some((device) => !this.devices.some((one) => one.id === device.device_id))) void this.load();
  }

  #delta(message: Delta): void {
    this.#heard(message.now);
    if (message.incidents?.length) {
      const unknown = message.incidents.filter((row) => !this.incidents[row.id] && row.state === 'new');
      const newer = message.incidents.filter((row) => row.state !== 'closed' && (this.incidents[row.id]?.version ?? -1) <= row.version);
      this.incidents = { ...this.incidents, ...Object.fromEntries(newer.map((row) => [row.id, row])) };
      for (const row of message.incidents) if (row.state === 'closed') this.#gone([row.id], row);
      this.#notice(unknown);
    }
    if (message.units?.length) {
      this.units = { ...this.units, ...Object.fromEntries(message.units.map((unit) => [unit.unit_id, unit])) };
      this.book.takeUnits(message.units, performance.now());
    }
    if (message.devices?.length) {
      this.deviceStates = { ...this.deviceStates, ...Object.fromEntries(message.devices.map((device) => [device.device_id, device])) };
      if (message.devices.some((device) => !this.devices.some((one) => one.id === device.device_id))) void this.load();
    }
    if (message.strip?.length) {
      const floor = this.clock() - HOUR_MS;
      this.strip = [...this.strip, ...message.strip].filter((entry) => Date.parse(entry.at) >= floor);
      for (const entry of message.strip) if (entry.kind === NOTICE) toasts.say(named(entry, 'text'));
    }
    if (message.gone?.incidents?.length) this.#gone(message.gone.incidents);
  }

  #gone(ids: readonly string[], closed?: IncidentRow): void {
    const rows = { ...this.incidents };
    const floor = this.clock() - HOUR_MS;
    let past = this.past.filter((row) => Date.parse(row.closed_at ?? '') >= floor);
    for (const id of ids) {
      const row = closed ?? rows[id];
      if (row) past = [...past.filter((one) => one.id !== id), { ...row, state: 'closed', closed_at: row.closed_at ?? new Date(this.clock()).toISOString() }];
      delete rows[id];
    }
    this.incidents = rows;
    this.past = past;
  }

  #notice(rows: readonly IncidentRow[]): void {
    if (rows.length === 0) return;
    const now = performance.now();
    const fresh = new Map([...this.fresh].filter(([id, at]) => now - at < 15_000 && this.incidents[id]));
    for (const row of rows) fresh.set(row.id, now);
    this.fresh = fresh;
    this.announced = [...rows].sort((a, b) => a.priority - b.priority)[0] ?? null;
  }
}

export const room = new Room();
