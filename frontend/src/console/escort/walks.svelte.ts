/** Watched walks as the desk may know them: their count, those that are alerts, and the one drawn on the map. */
import { get } from '$lib/api';
import { grown, type Alerted, type Drawn, type Escort } from './walk';

const CALM_MS = 20_000;
const ALERT_MS = 6000;

class Walks {
  open = $state(0);
  alerted = $state.raw<readonly Alerted[]>([]);
  /** The walk whose way the map shows; each look at one is in the log, so it is asked for by hand. */
  shown = $state.raw<({ id: string } & Drawn) | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watching = 0;

  /** Asks for the count while somebody watches; returns how to stop. Its list is no look at a walk. */
  watch(): () => void {
    this.#watching += 1;
    if (this.#watching === 1) void this.#ask();
    return () => {
      this.#watching -= 1;
      if (!this.#watching) clearTimeout(this.#timer);
    };
  }

  async #ask(): Promise<void> {
    try {
      const found = await get<{ open: number; alerted: Alerted[] }>('/api/escorts');
      this.open = found.open;
      this.alerted = found.alerted;
      const row = found.alerted.find((one) => one.id === this.shown?.id);
      if (this.shown && row) this.shown = { id: this.shown.id, ...grown(this.shown, row) };
    } catch {
      // The old count stays; a cut line shows its own bar.
    }
    clearTimeout(this.#timer);
    if (this.#watching) this.#timer = setTimeout(() => void this.#ask(), this.alerted.length ? ALERT_MS : CALM_MS);
  }

  async look(id: string): Promise<Escort> {
    const found = await get<Escort>(`/api/escorts/${id}`);
    const trail = found.trail.map((one): [number, number] => [one.lon, one.lat]);
    this.shown = { id, way: found.points as [number, number][], trail, last: trail.at(-1) ?? null };
    return found;
  }

  hide(id: string): void {
    if (this.shown?.id === id) this.shown = null;
  }
}

export const walks = new Walks();
