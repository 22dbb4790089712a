/** Short words after an action; for five seconds most of them can be taken back. */
import { asApiError, type ApiError } from './api';

export interface Toast {
  id: number;
  text: string;
  error: ApiError | null;
  undo: (() => Promise<unknown>) | null;
  lasts_ms: number;
}

const UNDO_MS = 5000;
const READ_MS = 3500;
const ERROR_MS = 15_000;

class Toasts {
  list = $state.raw<readonly Toast[]>([]);
  #next = 1;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  #show(toast: Omit<Toast, 'id'>): void {
    const shown = { ...toast, id: this.#next };
    this.#next += 1;
    this.list = [...this.list.slice(-3), shown];
    this.#timers.set(shown.id, setTimeout(() => this.dismiss(shown.id), toast.lasts_ms));
  }

  say(text: string, undo: (() => Promise<unknown>) | null = null): void {
    this.#show({ text, undo, error: null, lasts_ms: undo ? UNDO_MS : READ_MS });
  }

  fail(thrown: unknown): void {
    const error = asApiError(thrown);
    this.#show({ text: error.text, undo: null, error, lasts_ms: ERROR_MS });
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  /** Takes back the newest thing that can be; false when there is none. */
  async undo(id?: number): Promise<boolean> {
    const toast = [...this.list].reverse().find((one) => one.undo && (id === undefined || one.id === id));
    if (!toast?.undo) return false;
    this.dismiss(toast.id);
    try {
      await toast.undo();
    } catch (thrown) {
      this.fail(thrown);
    }
    return true;
  }
}

export const toasts = new Toasts();
