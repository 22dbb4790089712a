/** One camera's stills, once a second while wanted. Each asking costs nothing when the picture is the same. */
import { refusedBy, type Trouble } from './trouble';

export interface Picture {
  url: string;
  /** When it was, by this screen's clock. */
  at: number;
}
const EACH_MS = 1000;
const SLOW_MS = 4000;
const ASK_MS = 5000;
const AT_ONCE = 3;

let running = 0;
const queue: (() => void)[] = [];

/** A browser opens six connections to a host, for all its windows: stills that hang must leave room for commands. */
async function turn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((go) => queue.push(go));
  running += 1;
  try {
    return await work();
  } finally {
    running -= 1;
    queue.shift()?.();
  }
}

export class Stills {
  readonly #path: string;
  readonly #tell: (picture: Picture | null, trouble: Trouble | null) => void;
  #tag = '';
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #asking = new AbortController();

  constructor(camera_id: string, tell: (picture: Picture | null, trouble: Trouble | null) => void) {
    this.#path = `/api/cameras/${camera_id}/still`;
    this.#tell = tell;
    void this.#ask();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#asking.abort();
  }

  async #ask(): Promise<void> {
    const began = performance.now();
    const well = await turn(() => this.#once()).catch(() => {
      if (!this.#stopped) this.#tell(null, 'cut');
      return false;
    });
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#ask(), Math.max(100, (well ? EACH_MS : SLOW_MS) - (performance.now() - began)));
  }

  async #once(): Promise<boolean> {
    if (this.#stopped) return false;
    const signal = AbortSignal.any([this.#asking.signal, AbortSignal.timeout(ASK_MS)]);
    const answer = await fetch(this.#path, { credentials: 'same-origin', cache: 'no-store', signal, ...(this.#tag ? { headers: { 'If-None-Match': this.#tag } } : {}) });
    if (answer.status === 304) {
      this.#tell(null, null);
      return true;
    }
    if (!answer.ok) {
      const said = (await answer.json().catch(() => null)) as { error?: { code?: string } } | null;
      this.#tell(null, refusedBy(answer.status, said?.error?.code ?? null));
      return false;
    }
    const picture = await answer.blob();
    if (this.#stopped) return false;
    this.#tag = answer.headers.get('ETag') ?? '';
    // The age by the centre's own clocks: this screen's may be wrong.
    const age_s = Number(answer.headers.get('Age') ?? 0);
    this.#tell({ url: URL.createObjectURL(picture), at: Date.now() - age_s * 1000 }, null);
    return true;
  }
}
