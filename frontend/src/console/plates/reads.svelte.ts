/** Reads as they come, while somebody wants the strip. It is opened by hand, for opening it is watching and is logged. */
import { backoff, liveUrl } from '$lib/live';
import { may } from '$lib/session.svelte';
import { hold, roll, type LiveRead } from './strip';

const KEPT = 'unjai.console.plates';
const SILENT_MS = 15_000;

function wanted(): boolean {
  try {
    return localStorage.getItem(KEPT) === 'on';
  } catch {
    return false;
  }
}

class Reads {
  shown = $state(wanted());
  list = $state.raw<readonly LiveRead[]>([]);
  more = $state(0);
  cut = $state(false);
  paused = $state(false);
  camera = $state('');
  #socket: WebSocket | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #held: readonly LiveRead[] = [];

  toggle(): void {
    if (!may('plates.read')) return;
    this.shown = !this.shown;
    try {
      localStorage.setItem(KEPT, this.shown ? 'on' : 'off');
    } catch {
      // Storage may be forbidden.
    }
  }

  start(): () => void {
    this.#open();
    return () => {
      clearTimeout(this.#again);
      clearTimeout(this.#silence);
      const socket = this.#socket;
      this.#socket = null;
      socket?.close();
      [this.list, this.more, this.#held, this.paused] = [[], 0, [], false];
    };
  }

  /** What comes while the pointer rests on the strip is counted, and shown when it leaves. */
  pause(on: boolean): void {
    this.paused = on;
    if (on) return;
    if (this.#held.length) this.list = roll(this.list, this.#held);
    [this.#held, this.more] = [[], 0];
  }

  filter(camera: string): void {
    this.camera = camera;
    [this.list, this.more, this.#held] = [this.list.filter((one) => !camera || one.camera === camera), 0, []];
    this.#say();
  }

  #say(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ type: 'cameras', keys: this.camera ? [this.camera] : [] }));
  }

  #open(): void {
    const socket = new WebSocket(liveUrl('/ws/plates/reads'));
    this.#socket = socket;
    socket.onopen = () => {
      this.#attempt = 0;
      this.#say();
      this.#heard();
    };
    socket.onmessage = (event: MessageEvent) => {
      this.#heard();
      if (typeof event.data === 'string') this.#take(event.data);
    };
    socket.onclose = (event) => {
      if (this.#socket !== socket) return;
      clearTimeout(this.#silence);
      this.cut = true;
      // No right any more, or too many screens: it is not asked again.
      if (event.code === 4403 || event.code === 4404) {
        this.shown = false;
        return;
      }
      this.#again = setTimeout(() => this.#open(), backoff(this.#attempt++));
    };
  }

  #heard(): void {
    this.cut = false;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#socket?.close(), SILENT_MS);
  }

  #take(text: string): void {
    const said = JSON.parse(text) as { type: string; reads?: LiveRead[]; more?: number };
    if (said.type !== 'reads' || !said.reads) return;
    if (this.paused) {
      this.#held = hold(this.#held, said.reads);
      this.more += said.reads.length + (said.more ?? 0);
      return;
    }
    this.list = roll(this.list, said.reads);
    this.more = said.more ?? 0;
  }
}

export const reads = new Reads();
