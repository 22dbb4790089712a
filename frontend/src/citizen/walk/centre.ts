/** Asking the centre as a walker or her friend: the token in a header, never in an address; and by whose clock. */
import { ApiError, errorFrom } from '$lib/api';

export interface Told<T> {
  body: T;
  /** How far the centre's clock is ahead of the phone's, ms; 0 where it did not say. */
  ahead: number;
}

/** One request; throws `ApiError` for a refusal, and with status 0 where no answer came. */
export async function call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, headers: Record<string, string> = {}, body?: unknown, timeout_ms = 12_000): Promise<Told<T>> {
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(path, {
      method,
      headers: { Accept: 'application/json', 'X-Unjai': '1', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      credentials: 'same-origin',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(timeout_ms),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await answer.text();
  } catch {
    throw new ApiError('no_answer', 0, '', '');
  }
  let parsed: unknown;
  try {
    parsed = text === '' ? undefined : JSON.parse(text);
  } catch {
    throw new ApiError('strange_answer', answer.status || 500, '', '');
  }
  if (!answer.ok) throw errorFrom(answer.status, parsed);
  const said = Date.parse(answer.headers.get('Date') ?? '');
  // The header knows whole seconds: half of one is the middle of what it may mean.
  return { body: parsed as T, ahead: Number.isNaN(said) ? 0 : said + 500 - Date.now() };
}

/** No line, or a centre that cannot just now: the same may work in a moment. */
export const mayPass = (error: unknown): boolean => !(error instanceof ApiError) || error.status === 0 || error.status === 429 || error.status === 408 || error.status >= 500;
