/** A plain JSON socket that comes back by itself: for what is not the live feed. Hangs up on silence. */
import { backoff } from './live';

export interface WireReader {
  message(said: Record<string, unknown> & { type: string }): void;
  line(open: boolean): void;
  /** The centre closed the door on purpose; true: do not come again. */
  refused(code: number): boolean;
}

const SILENCE_MS = 12_000;

export class Wire {
  readonly #url: string;
  readonly #reader: WireReader;
  #socket: WebSocket | null = null;
  #attempt = 0;
  #again: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #stopped = true;

  constructor(url: string, reader: WireReader) {
    this.#url = url;
    this.#reader = reader;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#open();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#again);
    this.#drop();
  }

  /** Says something if the line stands; what must not be lost goes by HTTP. */
  say(body: object): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(body));
    return true;
  }

  #open(): void {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#listen();
    socket.onmessage = (event) => {
      if (socket !== this.#socket) return;
      this.#listen();
      let said: unknown;
      try {
        said = JSON.parse(String(event.data));
      } catch {
        return;
      }
      if (said === null || typeof said !== 'object' || typeof (said as { type?: unknown }).type !== 'string') return;
      const message = said as Record<string, unknown> & { type: string };
      if (message.type === 'hello') {
        this.#attempt = 0;
        this.#reader.line(true);
      }
      this.#reader.message(message);
    };
    socket.onclose = (event) => {
      if (socket !== this.#socket) return;
      if (event.code >= 4400 && event.code < 4500 && this.#reader.refused(event.code)) {
        this.stop();
        this.#reader.line(false);
      } else this.#lost();
    };
  }

  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(), SILENCE_MS);
  }

  #drop(): void {
    clearTimeout(this.#silence);
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  #lost(): void {
    this.#drop();
    if (this.#stopped) return;
    this.#reader.line(false);
    this.#again = setTimeout(() => this.#open(), backoff(this.#attempt));
    this.#attempt += 1;
  }
}
