/** Where she wants to go, from where, when: what stands on the pages before a walk. Kept on the phone alone. */
import { asApiError, type ApiError } from '$lib/api';
import type { Spot } from '$lib/near';
import { call } from './centre';
import { read, write } from '$lib/kept';
import { KEPT } from './kept';
import { nextAt, recallGoals, remember, type Goal, type Way } from './walk';

class Plan {
  /** Chosen by hand; null means where the phone is. */
  from = $state.raw<Goal | null>(null);
  goal = $state.raw<Goal | null>(null);
  /** "22:00", or empty for now. */
  hour = $state('');
  ways = $state.raw<Way[]>([]);
  dark = $state(true);
  /** From where the ways that are shown begin. */
  begins = $state.raw<Spot | null>(null);
  chosen = $state(0);
  asking = $state(false);
  trouble = $state.raw<ApiError | null>(null);
  home = $state.raw<Goal | null>(recallGoals(read(KEPT.home))[0] ?? null);
  recent = $state.raw<Goal[]>(recallGoals(read(KEPT.recent)));
  #asked = 0;

  setHome(home: Goal | null): void {
    this.home = home;
    write(KEPT.home, home ? JSON.stringify([home]) : null);
  }

  choose(goal: Goal): void {
    this.goal = goal;
    this.hour = '';
    this.ways = [];
    this.trouble = null;
    if (goal.type === 'home') return;
    this.recent = remember(this.recent, goal);
    write(KEPT.recent, JSON.stringify(this.recent));
  }

  forgetRecent(): void {
    this.recent = [];
    write(KEPT.recent, null);
  }

  async look(from: Spot): Promise<void> {
    const { goal } = this;
    if (!goal) return;
    const mine = (this.#asked += 1);
    this.asking = true;
    this.trouble = null;
    try {
      const at = this.hour ? nextAt(this.hour, Date.now()) : null;
      const said = { from: { lon: from.lon, lat: from.lat }, to: { lon: goal.lon, lat: goal.lat }, ...(at === null ? {} : { at: new Date(at).toISOString() }) };
      const { body } = await call<{ dark: boolean; ways: Way[] }>('POST', '/api/escort/ways', {}, said);
      if (mine !== this.#asked) return;
      this.ways = body.ways;
      this.dark = body.dark;
      this.begins = from;
      this.chosen = Math.max(0, body.ways.findIndex((way) => way.kinds.includes('easiest')));
    } catch (error) {
      if (mine !== this.#asked) return;
      this.ways = [];
      this.trouble = asApiError(error);
    } finally {
      if (mine === this.#asked) this.asking = false;
    }
  }
}

export const plan = new Plan();
