/** Which units wait to be read. Asked anew whenever the centre says that somebody said or read something. */
import { get } from '$lib/api';
import { may } from '$lib/session.svelte';
import { toasts } from '$lib/toasts.svelte';
import { grown, type Waiting } from './grown';
import { k } from './texts';

class Talk {
  waiting = $state.raw<readonly Waiting[]>([]);
  /** Grows with every word said or read anywhere: open threads ask anew. */
  tick = $state(0);
  readonly unread = $derived(this.waiting.reduce((sum, one) => sum + one.unread, 0));
  #known = false;
  #asking = false;
  #again = false;
  /** What a unit is called; set by the room, which knows. */
  callSign: (unit_id: string) => string = () => '';

  of(unit_id: string): number {
    return this.waiting.find((one) => one.unit_id === unit_id)?.unread ?? 0;
  }

  async ask(): Promise<void> {
    if (!may('dispatch')) return;
    this.tick += 1;
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    try {
      const found = await get<Waiting[]>('/api/talk');
      if (this.#known) for (const one of grown(this.waiting, found)) toasts.say(k('came', { unit: this.callSign(one.unit_id), text: one.text }));
      this.waiting = found;
      this.#known = true;
    } catch {
      // The line says that it is cut; the next word or load asks anew.
    } finally {
      this.#asking = false;
      if (this.#again) {
        this.#again = false;
        void this.ask();
      }
    }
  }

  stop(): void {
    this.waiting = [];
    this.#known = false;
  }
}

export const talk = new Talk();
