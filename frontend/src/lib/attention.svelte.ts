/** What waits for this person, and whose emergency rights hold now: for banners and badges. Asked anew when told to. */
import { get } from './api';
import type { Attention } from './types';

const EVERY_MS = 30_000;

class Attending {
  now = $state.raw<Attention | null>(null);
  #timer: ReturnType<typeof setInterval> | undefined;
  #asking = false;
  #again = false;

  /** How many things wait for an answer of this person. */
  get waiting(): number {
    return (this.now?.approvals ?? 0) + (this.now?.reviews ?? 0);
  }

  start(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.ask(), EVERY_MS);
    void this.ask();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.now = null;
  }

  /** Asks the centre; a question while one is on its way is asked once more after it. */
  async ask(): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    try {
      this.now = await get<Attention>('/api/attention');
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
}

export const attention = new Attending();
