/** One operator's plate searches: what is asked, what was found, what waits. Nothing is kept in the browser. */
import { SvelteMap } from 'svelte/reactivity';
import type { components } from '$schemas';
import { ApiError, asApiError, get, post } from '$lib/api';
import { attention } from '$lib/attention.svelte';
import { may } from '$lib/session.svelte';
import { toasts } from '$lib/toasts.svelte';
import type { Approval, LonLat } from '$lib/types';
import { room } from '../room.svelte';
import { again, blank, type Asked, type Question } from './question';
import { p } from './texts';
import type { Read } from './trail';

export type Search = components['schemas']['SearchOut'];
export type Answer = Required<components['schemas']['AnswerOut']>;
export type Check = components['schemas']['PlateCheckOut'];
export type Case = components['schemas']['CaseOut'];
type Reason = components['schemas']['ReasonOut'];
type Place = components['schemas']['PlatePlaceOut'];

export const WIDE = 'plates.search_wide';
const EVERY_MS = 5000;

class Desk {
  question = $state<Question>(blank());
  reasons = $state.raw<readonly Reason[]>([]);
  cases = $state.raw<readonly Case[] | null>(null);
  places = $state.raw<readonly Place[]>([]);
  mine = $state.raw<readonly Search[]>([]);
  approvals = $state.raw<readonly Approval[]>([]);
  /** The search whose answer is shown; null while the form is. */
  search = $state.raw<Search | null>(null);
  answer = $state.raw<Answer | null>(null);
  reads = $state.raw<readonly Read[]>([]);
  more = $state(false);
  chosen = $state<string | null>(null);
  busy = $state(false);
  error = $state.raw<ApiError | null>(null);
  /** The lists could not be read. */
  cut = $state(false);
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Wide searches that wait: one's own, and those of others that this person may approve. */
  waiting = $derived(this.approvals.filter((one) => one.action === WIDE && one.state === 'pending'));
  settled = $derived(this.approvals.filter((one) => one.action === WIDE && one.mine && (one.state === 'refused' || one.state === 'expired')).slice(0, 3));
  cameras = $derived(room.devices.filter((one) => one.kind === 'camera' && !one.disabled));
  spots = $derived(new SvelteMap<string, LonLat>(this.cameras.filter((one) => one.lon !== null && one.lat !== null).map((one) => [one.key, [one.lon as number, one.lat as number]])));

  start(): () => void {
    if (!may('plates.search')) return () => undefined;
    const part = <T>(path: string, put: (found: T) => void) => get<T>(path).then(put, () => undefined);
    void part<Reason[]>('/api/plates/reasons', (found) => (this.reasons = found));
    void part<Place[]>('/api/plates/places', (found) => (this.places = found));
    void this.ask();
    this.#timer = setInterval(() => void this.ask(), EVERY_MS);
    return () => clearInterval(this.#timer);
  }

  async ask(): Promise<void> {
    try {
      const [mine, approvals, cases] = await Promise.all([get<Search[]>('/api/plates/searches'), get<Approval[]>('/api/approvals'), get<Case[]>('/api/plates/cases/open')]);
      const opened = this.mine.length ? mine.filter((one) => one.wide && !this.mine.some((old) => old.id === one.id)) : [];
      [this.mine, this.approvals, this.cases, this.cut] = [mine, approvals, cases, false];
      if (opened[0] && this.search?.id !== opened[0].id) toasts.say(p('wait.opened', { plate: String(opened[0].asked['plate'] ?? p(`kind.${opened[0].kind as 'exact'}`)) }));
    } catch {
      this.cut = true;
    }
  }

  /** Opens the search; a wide one is sent to a second person instead. Says whether anything was sent. */
  async put(asked: Asked): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.error = null;
    const { reason, said, case_number } = this.question;
    try {
      const search = await post<Search>('/api/plates/searches', { asked, reason, said, case_number });
      await this.#look(search);
      return true;
    } catch (thrown) {
      const error = asApiError(thrown);
      if (error.code !== 'approval_needed') {
        this.error = error;
        return false;
      }
      return await this.#propose(error, said);
    } finally {
      this.busy = false;
      void this.ask();
    }
  }

  async #propose(error: ApiError, reason: string): Promise<boolean> {
    const { action, ...facts } = error.facts;
    try {
      const row = await post<Approval>('/api/approvals', { action, facts, reason });
      toasts.say(row.state === 'approved' ? p('wait.alone') : p('wait.sent'));
      void attention.ask();
      return true;
    } catch (thrown) {
      this.error = asApiError(thrown);
      return false;
    }
  }

  /** Looks at the answer of a search that is open; each look is in the log. */
  async look(search: Search): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = null;
    try {
      await this.#look(search);
    } catch (thrown) {
      this.error = asApiError(thrown);
    } finally {
      this.busy = false;
    }
  }

  async #look(search: Search): Promise<void> {
    this.search = search;
    this.answer = null;
    [this.reads, this.more, this.chosen] = [[], false, null];
    const answer = await get<Answer>(`/api/plates/searches/${search.id}/answer`);
    if (this.search?.id !== search.id) return;
    [this.search, this.answer] = [answer.search, answer];
    this.reads = answer.reads;
    this.more = answer.more && answer.reads.length > 0;
    this.chosen = answer.reads[0]?.id ?? null;
  }

  /** The reads before the oldest that is shown: a look of its own. */
  async older(): Promise<void> {
    const [search, last] = [this.search, this.answer?.reads.at(-1)];
    if (!search || !last || this.busy) return;
    this.busy = true;
    try {
      const answer = await get<Answer>(`/api/plates/searches/${search.id}/answer?before=${last.id}`);
      if (this.search?.id !== search.id) return;
      this.answer = answer;
      this.reads = [...this.reads, ...answer.reads];
      this.more = answer.more;
      this.error = null;
    } catch (thrown) {
      this.error = asApiError(thrown);
    } finally {
      this.busy = false;
    }
  }

  /** Back to the form with what was asked, so that it can be asked otherwise. Reason and case stay. */
  change(told: Record<string, unknown> | null = this.search?.asked ?? null): void {
    const { reason, said, case_number } = this.question;
    if (told) this.question = { ...again(told), reason: this.search?.reason ?? reason, said: this.search?.said ?? said, case_number: this.search?.case_number ?? case_number };
    this.leave();
  }

  leave(): void {
    [this.search, this.answer, this.reads, this.more, this.chosen, this.error] = [null, null, [], false, null, null];
  }

  /** The form for one plate, as it stands in a read or a list; a reason is asked for as always. */
  wanted(plate: string, province: string | null): void {
    const { reason, said, case_number } = this.search ?? this.question;
    this.leave();
    this.question = { ...blank(), plate, province: province ?? '', span: 'day', reason, said, case_number };
  }

  async settle(row: Approval, verb: 'approve' | 'refuse', note = ''): Promise<boolean> {
    try {
      await post(`/api/approvals/${row.id}/${verb}`, verb === 'approve' ? { digest: row.digest } : { note });
      toasts.say(p(verb === 'approve' ? 'wait.approved' : row.mine ? 'wait.withdrawn' : 'wait.refused'));
      return true;
    } catch (thrown) {
      toasts.fail(thrown);
      return false;
    } finally {
      void this.ask();
      void attention.ask();
    }
  }
}

export const desk = new Desk();
