/** Asking the centre. Every refusal is an `ApiError` that can be shown as it is, in both languages. */
import { fill, language, type Facts } from './i18n.svelte';

export class ApiError extends Error {
  readonly code: string;
  /** HTTP status; 0 when no answer came at all. */
  readonly status: number;
  readonly th: string;
  readonly en: string;
  readonly facts: Facts;

  constructor(code: string, status: number, th: string, en: string, facts: Facts = {}) {
    super(`${code}: ${en}`);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.th = th;
    this.en = en;
    this.facts = facts;
  }

  /** The text in the reader's language. */
  get text(): string {
    return fill(language.locale === 'en' ? this.en || this.th : this.th || this.en, this.facts);
  }
}

const NO_ANSWER = {
  th: 'ติดต่อศูนย์ไม่ได้ ยังไม่มีอะไรถูกบันทึก ตรวจสายสัญญาณแล้วลองอีกครั้ง',
  en: 'The centre cannot be reached. Nothing was saved. Check the line and try again.',
};
const NOTHING_READ = {
  th: 'อ่านข้อมูลจากศูนย์ไม่ได้ในขณะนี้ ข้อมูลในศูนย์ปลอดภัย ระบบจะลองใหม่',
  en: 'The centre cannot be read right now. The data there is safe. It will be tried again.',
};
const STRANGE_ANSWER = {
  th: 'ศูนย์ตอบกลับไม่สมบูรณ์ โปรดตรวจผลก่อนทำซ้ำ แล้วลองอีกครั้ง',
  en: 'The centre gave an incomplete answer. Check the result before repeating, then try again.',
};

export interface Asking {
  /** Sent as Idempotency-Key: the same key twice does the thing once. */
  key?: string;
  signal?: AbortSignal;
  timeout_ms?: number;
}

/** Reads an error body `{error:{code,th,en,facts}}`; anything else still becomes an ApiError. */
export function errorFrom(status: number, body: unknown): ApiError {
  const error = (body as { error?: unknown } | null)?.error as Partial<Record<'code' | 'th' | 'en', string>> & { facts?: Facts } | undefined;
  if (error && typeof error === 'object' && typeof error.code === 'string') {
    return new ApiError(error.code, status, error.th ?? '', error.en ?? '', error.facts ?? {});
  }
  return new ApiError(`http_${status}`, status, STRANGE_ANSWER.th, STRANGE_ANSWER.en);
}

/** One request. Returns the parsed JSON (or undefined for an empty answer); throws `ApiError`, nothing else. */
export async function ask<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown, asking: Asking = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-Unjai'] = '1';
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (asking.key) headers['Idempotency-Key'] = asking.key;
  const limit = AbortSignal.timeout(asking.timeout_ms ?? 15_000);
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      signal: asking.signal ? AbortSignal.any([asking.signal, limit]) : limit,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await answer.text();
  } catch {
    const { th, en } = method === 'GET' ? NOTHING_READ : NO_ANSWER;
    throw new ApiError('no_answer', 0, th, en);
  }
  let parsed: unknown;
  try {
    parsed = text === '' ? undefined : JSON.parse(text);
  } catch {
    throw new ApiError(answer.ok ? 'strange_answer' : `http_${answer.status}`, answer.status, STRANGE_ANSWER.th, STRANGE_ANSWER.en);
  }
  if (!answer.ok) throw errorFrom(answer.status, parsed);
  return parsed as T;
}

export const get = <T>(path: string, asking?: Asking) => ask<T>('GET', path, undefined, asking);
export const post = <T>(path: string, body?: unknown, asking?: Asking) => ask<T>('POST', path, body ?? {}, asking);
export const remove = <T>(path: string, asking?: Asking) => ask<T>('DELETE', path, undefined, asking);

/** Any thrown thing as an ApiError, so that a screen has one shape to show. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  return new ApiError('screen', 0, 'หน้าจอขัดข้อง ข้อมูลในศูนย์ปลอดภัย โปรดโหลดหน้าใหม่', 'This screen failed. The data in the centre is safe. Reload the page.');
}

/** `?a=1&b=2` without the empty ones. */
export function query(fields: Record<string, string | number | boolean | null | undefined>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== null && value !== undefined && value !== '') params.set(name, String(value));
  const text = params.toString();
  return text ? `?${text}` : '';
}
