import { render } from 'svelte/server';
import { expect, it, vi } from 'vitest';
import { setLocale } from '$lib/i18n.svelte';
import Requests from './Requests.svelte';
import Risk from './Risk.svelte';

vi.mock('../route.svelte', () => ({ route: { page: 'patrol-plan', rest: '', go: () => undefined } }));

it.each([
  ['asked visits', Requests],
  ['risk', Risk],
])('%s say that they load, and not that there are none', (_name, Page) => {
  vi.stubGlobal('fetch', () => new Promise(() => undefined));
  setLocale('en');
  const { body } = render(Page, { props: {} });
  expect(body).toMatch(/role="status"[^>]*>Loading/);
  expect(body).not.toContain('<table');
  vi.unstubAllGlobals();
});
