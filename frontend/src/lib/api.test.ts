import { afterEach, expect, it, vi } from 'vitest';
import { ApiError, ask, errorFrom, post, query } from './api';
import { setLocale } from './i18n.svelte';

afterEach(() => vi.unstubAllGlobals());

const answering = (status: number, body: string) => {
  const fetch = vi.fn(async (_path: string, _init: RequestInit) => new Response(body || null, { status }));
  vi.stubGlobal('fetch', fetch);
  return fetch;
};
const failure = async (promise: Promise<unknown>) => promise.then(() => null, (thrown: unknown) => thrown as ApiError);

it('sends the belt header, the body and the key', async () => {
  const fetch = answering(201, '{"id":"x"}');
  expect(await post('/api/calls', { code: '501' }, { key: 'k1' })).toEqual({ id: 'x' });
  const init = fetch.mock.calls[0]?.[1];
  expect(init?.headers).toMatchObject({ 'X-Unjai': '1', 'Idempotency-Key': 'k1', 'Content-Type': 'application/json' });
  expect(init?.body).toBe('{"code":"501"}');
});

it('reads an error in both languages, with its facts', async () => {
  answering(409, '{"error":{"code":"illegal_move","th":"เหตุ {n} ปิดแล้ว","en":"Incident {n} is closed","facts":{"n":42}}}');
  const error = await failure(ask('POST', '/api/incidents/x/acknowledge', {}));
  expect(error).toBeInstanceOf(ApiError);
  expect(error?.code).toBe('illegal_move');
  setLocale('th');
  expect(error?.text).toBe('เหตุ 42 ปิดแล้ว');
  setLocale('en');
  expect(error?.text).toBe('Incident 42 is closed');
});

it('makes an ApiError of a cut line and of a strange body', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch');
  });
  expect(await failure(ask('GET', '/api/zone'))).toMatchObject({ code: 'no_answer', status: 0 });
  answering(502, '<html>');
  expect(await failure(ask('GET', '/api/zone'))).toMatchObject({ code: 'http_502', status: 502 });
  answering(200, '<html>');
  expect(await failure(ask('GET', '/api/zone'))).toMatchObject({ code: 'strange_answer' });
  expect(errorFrom(400, { detail: 'x' }).code).toBe('http_400');
});

it('accepts an empty answer', async () => {
  answering(204, '');
  expect(await ask('DELETE', '/api/session')).toBeUndefined();
});

it('leaves out what is empty', () => expect(query({ q: 'ตลาด', limit: 5, before: null, state: '' })).toBe('?q=%E0%B8%95%E0%B8%A5%E0%B8%B2%E0%B8%94&limit=5'));
