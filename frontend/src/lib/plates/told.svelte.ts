/** Hits that the reader was told of because an entry of the watch list names them. Nothing is kept in the browser. */
import { ApiError, ask, get } from '$lib/api';
import type { components } from '$schemas';

export type Notice = components['schemas']['PlateNoticeOut'];

const EVERY_MS = 10_000;

class Told {
  list = $state.raw<readonly Notice[]>([]);
  #timer: ReturnType<typeof setInterval> | undefined;

  start(): () => void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.ask(), EVERY_MS);
    void this.ask();
    return () => {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.list = [];
    };
  }

  async ask(): Promise<void> {
    try {
      const found = await get<Notice[]>('/api/plates/notices');
      if (this.#timer !== undefined) this.list = found.filter((one) => one.seen_at === null);
    } catch {
      // What was told stays on the screen; it is asked for again.
    }
  }

  async seen(one: Notice): Promise<void> {
    try {
      await ask('PUT', `/api/plates/notices/${one.id}`, {});
    } catch (thrown) {
      // Without a line it stays, and is put away later; what is gone is gone.
      if (!(thrown instanceof ApiError && thrown.status === 404)) return;
    }
    this.list = this.list.filter((other) => other.id !== one.id);
  }
}

export const told = new Told();
