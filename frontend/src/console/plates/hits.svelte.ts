/** Hits on the watch list that wait for a person, and what the operator does with them. Nothing is kept in the browser. */
import type { components } from '$schemas';
import { ApiError, get, post } from '$lib/api';
import { language } from '$lib/i18n.svelte';
import { may } from '$lib/session.svelte';
import { toasts } from '$lib/toasts.svelte';
import { act } from '../act';
import { sound } from '../sound.svelte';
import { select, selectIncident, ui } from '../ui.svelte';
import { after } from './order';
import { h } from './texts';

export type Hit = components['schemas']['PlateHitOut'];
export type HitWhole = components['schemas']['PlateHitWholeOut'];
export type Verdict = 'confirmed' | 'rejected';
type Page = components['schemas']['PlateHitsOut'];

const EVERY_MS = 4000;
const LOST = new Set(['plate_hit_changed', 'plate_hit_judged', 'plate_hit_undo_over']);
const VERBS = { confirmed: 'confirm', rejected: 'reject' } as const;

export const plateOf = (hit: Hit): string => (language.locale === 'en' ? hit.plate_en : hit.plate_th) || '—';

class Hits {
  list = $state.raw<readonly Hit[]>([]);
  waiting = $state(0);
  /** The last question was not answered. */
  cut = $state(false);
  /** The newest that came while somebody listened. */
  fresh = $state.raw<Hit | null>(null);
  /** The hit that the keys mean: the one that is open. */
  open = $state.raw<Hit | null>(null);
  /** Grows when something changed that an open panel should read again. */
  changed = $state(0);
  #known = new Set<string>();
  #timer: ReturnType<typeof setInterval> | undefined;

  start(): () => void {
    if (!may('plates.hits')) return () => undefined;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.ask(), EVERY_MS);
    void this.ask();
    return () => {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.list = [];
      this.#known.clear();
    };
  }

  async ask(): Promise<void> {
    try {
      const page = await get<Page>('/api/plates/hits?state=waiting&limit=200');
      if (this.#timer === undefined) return;
      const first = this.#known.size === 0 && this.list.length === 0;
      const news = page.hits.filter((one) => !this.#known.has(one.id));
      this.#known = new Set([...this.#known, ...page.hits.map((one) => one.id)]);
      this.list = page.hits;
      this.waiting = page.waiting;
      this.cut = false;
      const probable = news.find((one) => one.grade === 'probable');
      if (probable) {
        this.fresh = probable;
        if (!first) sound.note();
      }
    } catch {
      this.cut = true;
    }
  }

  /** Says whether it is the vehicle; what comes next is opened: the event of a confirmed one, else the next to compare. */
  judge(hit: Hit, verdict: Verdict, words = ''): Promise<boolean> {
    return act(`hit ${hit.id}`, async () => {
      const done = await this.#send(hit.id, VERBS[verdict], { version: hit.version, words });
      toasts.say(h(`did.${verdict}`, { plate: plateOf(hit) }), () => this.#undone(done));
      if (ui.selected?.kind !== 'hit' || ui.selected.id !== hit.id) return;
      const next = after(this.list, hit);
      if (verdict === 'confirmed' && done.incident_id && may('incident.read')) selectIncident(done.incident_id);
      else select(next ? { kind: 'hit', id: next.id } : null);
    });
  }

  undo(hit: Hit): Promise<boolean> {
    return act(`hit ${hit.id}`, () => this.#undone(hit));
  }

  async #undone(hit: Hit): Promise<void> {
    await this.#send(hit.id, 'undo', { version: hit.version });
    toasts.say(h('did.undone', { plate: plateOf(hit) }));
  }

  async #send(id: string, verb: string, body: object): Promise<Hit> {
    try {
      const done = await post<Hit>(`/api/plates/hits/${id}/${verb}`, body);
      this.list = done.state === 'waiting' ? this.list.map((one) => (one.id === id ? done : one)) : this.list.filter((one) => one.id !== id);
      return done;
    } catch (thrown) {
      // A colleague was quicker: what stands now is shown before anything is decided anew.
      if (thrown instanceof ApiError && LOST.has(thrown.code)) await this.ask();
      throw thrown;
    } finally {
      this.changed += 1;
      void this.ask();
    }
  }

  /** Opens the hit that waits longest; pressed again, the one after it, also where that one was judged meanwhile. */
  next(): void {
    const id = ui.selected?.kind === 'hit' ? ui.selected.id : null;
    const from = id === null ? null : (this.list.find((one) => one.id === id) ?? (this.open?.id === id ? this.open : null));
    const one = after(this.list, from) ?? from;
    if (one) select({ kind: 'hit', id: one.id });
  }
}

export const hits = new Hits();

export function runHits(command: 'plates' | 'confirm' | 'reject'): void {
  if (command === 'plates') hits.next();
  else if (hits.open?.state === 'waiting' && may('plates.judge')) void hits.judge(hits.open, command === 'confirm' ? 'confirmed' : 'rejected');
}
