/** Requests of the round: an answer is a status and a body; no line is status 0. */
export interface Answer {
  status: number;
  body: unknown;
}

export interface Wire {
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  put(path: string, bytes: ArrayBuffer): Promise<Answer>;
}

const PATIENCE_MS = 60_000;
const FIRST_MS = 20_000;

async function ask(path: string, init: RequestInit, patience: number): Promise<Answer> {
  try {
    const answer = await fetch(path, { credentials: 'same-origin', signal: AbortSignal.timeout(patience), ...init });
    return { status: answer.status, body: await answer.json().catch(() => null) };
  } catch {
    return { status: 0, body: null };
  }
}

const HEAD = { Accept: 'application/json', 'X-Unjai': '1' };

export const httpWire: Wire = {
  get: (path) => ask(path, { headers: { Accept: 'application/json' } }, FIRST_MS),
  post: (path, body) => ask(path, { method: 'POST', headers: { ...HEAD, 'Content-Type': 'application/json' }, body: JSON.stringify(body) }, PATIENCE_MS),
  put: (path, bytes) => ask(path, { method: 'PUT', headers: { ...HEAD, 'Content-Type': 'application/octet-stream' }, body: bytes }, PATIENCE_MS),
};

export interface Fault {
  code: string;
  th: string;
  en: string;
  facts: Record<string, unknown>;
}

/** The centre's own words out of an error answer. */
export function faultOf(answer: Answer): Fault {
  const error = (answer.body as { error?: Partial<Fault> } | null)?.error;
  return { code: error?.code ?? `http_${answer.status}`, th: error?.th ?? '', en: error?.en ?? '', facts: error?.facts ?? {} };
}
