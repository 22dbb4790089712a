/** The officer's own channel. Says that something changed (never what), tells the centre's time, and knows when it is cut. */

export interface LinkEvents {
  /** Fetch `/api/officer`: it changed, or the line was away and may have missed a change. */
  onChanged(): void;
  /** The centre's time, about each second. */
  onTime(now: number): void;
  onLine(up: boolean): void;
}

type SocketLike = Pick<WebSocket, 'close'> & {
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
};

/** The centre speaks each second; so long without a word means that the line is cut, whatever the socket believes. */
export const SILENCE_MS = 6_000;

export class Link {
  #socket: SocketLike | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #up = false;
  #stopped = true;
  readonly #open: () => SocketLike;
  readonly #events: LinkEvents;

  constructor(events: LinkEvents, open: () => SocketLike = () => new WebSocket(socketAddress('/api/officer/live'))) {
    this.#events = events;
    this.#open = open;
  }

  start(): void {
    this.#stopped = false;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#drop();
  }

  /** The phone woke up or the network is back: do not wait for the next try. */
  kick(): void {
    if (this.#stopped || this.#up) return;
    clearTimeout(this.#timer);
    this.#failures = 0;
    this.#drop();
    this.#connect();
  }

  #connect(): void {
    if (this.#stopped) return;
    let socket: SocketLike;
    try {
      socket = this.#open();
    } catch {
      this.#lost();
      return;
    }
    this.#socket = socket;
    this.#guard();
    socket.onmessage = (event) => {
      this.#guard();
      this.#heard(event.data);
    };
    socket.onclose = socket.onerror = () => {
      if (this.#socket === socket) this.#lost();
    };
  }

  #heard(data: unknown): void {
    let message: { type?: unknown; now?: unknown };
    try {
      message = JSON.parse(String(data)) as typeof message;
    } catch {
      return;
    }
    if (message.type === 'error') {
      // Turned away: asking by HTTP tells why (the session ended), and the screen follows from that.
      this.#events.onChanged();
      this.#lost();
      return;
    }
    if (!this.#up) {
      this.#up = true;
      this.#failures = 0;
      this.#events.onLine(true);
      this.#events.onChanged();
    }
    const now = typeof message.now === 'string' ? Date.parse(message.now) : Number.NaN;
    if (!Number.isNaN(now)) this.#events.onTime(now);
    if (message.type === 'officer') this.#events.onChanged();
  }

  #guard(): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#lost(), SILENCE_MS);
  }

  #lost(): void {
    this.#drop();
    if (this.#stopped) return;
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#connect(), Math.min(15_000, 500 * 2 ** this.#failures));
  }

  #drop(): void {
    clearTimeout(this.#watch);
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onmessage = socket.onclose = socket.onerror = null;
      socket.close();
    }
    if (this.#up) {
      this.#up = false;
      this.#events.onLine(false);
    }
  }
}

function socketAddress(path: string): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`;
}
