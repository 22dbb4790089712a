/** What the room knows of SOS points: calls, sirens, lights. Asked anew whenever the centre says that something changed. */
import type { components } from '$schemas';
import { get, post } from '$lib/api';
import { named } from '$lib/i18n.svelte';
import { may } from '$lib/session.svelte';
import { toasts } from '$lib/toasts.svelte';
import type { Incident } from '$lib/types';
import { act } from '../act';
import { sound } from '../sound.svelte';
import { s } from './texts';

type Schemas = components['schemas'];
export type Desk = Schemas['SosDeskOut'];
export type Point = Schemas['SosPointOut'];
export type Call = Schemas['SosCallOut'];
export type Action = Schemas['SosActionOut'];
export type Part = 'siren' | 'light';

const EVERY_MS = 20_000;
export const PARTS: readonly Part[] = ['siren', 'light'];
export const isOpen = (action: Action) => action.state === 'asked' || action.state === 'sent' || action.state === 'on';

class SosDesk {
  now = $state.raw<Desk | null>(null);
  readonly points = $derived(this.now?.points ?? []);
  /** Waiting for whoever answers first, the longest waiting first. */
  readonly ringing = $derived((this.now?.calls ?? []).filter((one) => one.state === 'ringing' && one.began_by === 'point').reverse());
  readonly mine = $derived((this.now?.calls ?? []).find((one) => one.mine && one.state !== 'ended') ?? null);
  readonly theirs = $derived((this.now?.calls ?? []).filter((one) => !one.mine && (one.state === 'talking' || one.state === 'held')));
  #timer: ReturnType<typeof setInterval> | undefined;
  #asking = false;
  #again = false;
  /** How many deeds were answered: what was asked before one of them is not believed after it. */
  #deeds = 0;

  start(): void {
    if (!may('device.read')) return;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.ask(), EVERY_MS);
    void this.ask();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.now = null;
  }

  async ask(): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    const deeds = this.#deeds;
    try {
      const found = await get<Desk>('/api/sos/desk');
      if (deeds === this.#deeds) {
        this.#notice(this.now, found);
        this.now = found;
      }
    } catch {
      // What was known stands; the line's own bar says that it is cut.
    } finally {
      this.#asking = false;
      if (this.#again) {
        this.#again = false;
        void this.ask();
      }
    }
  }

  point(device_id: string): Point | undefined {
    return this.points.find((one) => one.device_id === device_id);
  }

  /** The points that an incident tells of: who pressed first. */
  of(incident: Incident): Point[] {
    const keys = new Set(incident.reports.map((report) => report.device_key));
    return this.points.filter((one) => keys.has(one.key));
  }

  last(device_id: string, part: Part): Action | undefined {
    return this.now?.actions.find((one) => one.device_id === device_id && one.part === part);
  }

  callOf(device_id: string): Call | undefined {
    return this.now?.calls.find((one) => one.device_id === device_id && one.state !== 'ended');
  }

  askFor(point: Point, part: Part, incident_id: string | null): Promise<boolean> {
    return act(`sos ${point.device_id} ${part}`, async () => this.#take(await post<Action>(`/api/sos/points/${point.device_id}/actions`, { part, incident_id })));
  }

  halt(action: Action): Promise<boolean> {
    return act(`sos stop ${action.id}`, async () => this.#take(await post<Action>(`/api/sos/actions/${action.id}/stop`)));
  }

  /** The answer to a deed stands at once: the next key goes by it, however long the room's own question takes. */
  #take(action: Action): void {
    this.#deeds += 1;
    if (this.now) {
      const known = this.now.actions.some((one) => one.id === action.id);
      const actions = known ? this.now.actions.map((one) => (one.id === action.id ? action : one)) : [action, ...this.now.actions];
      this.now = { ...this.now, actions };
    }
    void this.ask();
  }

  /** The keyboard's way: what sounds stops, what is silent sounds. */
  turn(point: Point, part: Part, incident_id: string | null): void {
    const last = this.last(point.device_id, part);
    if (last && isOpen(last)) void this.halt(last);
    else if (point[part]) void this.askFor(point, part, incident_id);
  }

  /** What went wrong is said aloud once, wherever the operator looks. */
  #notice(before: Desk | null, found: Desk): void {
    if (!before) return;
    for (const action of found.actions) {
      const was = before.actions.find((one) => one.id === action.id);
      if (!was || was.state === action.state || (action.state !== 'unanswered' && action.state !== 'refused')) continue;
      const point = named(found.points.find((one) => one.device_id === action.device_id));
      sound.warn();
      toasts.say(s(`toast.${action.state}`, { point, part: s(`sos.part.${action.part as Part}`) }));
    }
  }
}

export const desk = new SosDesk();
