import { render } from 'svelte/server';
import { expect, it } from 'vitest';
import { setLocale } from '$lib/i18n.svelte';
import type { OfficerState } from '../types';
import Crew from './Crew.svelte';

const duty = { on: true, since: '2026-11-23T01:00:00Z', call_sign: '11', carries: true } as OfficerState['duty'];
const said = (hidden?: boolean) => render(Crew, { props: { duty, unsent: false, ...(hidden === undefined ? {} : { hidden }) } }).body;

it('says since when the position goes out, but not on a phone that may not tell it', () => {
  setLocale('en');
  expect(said()).toContain('Position sent since 08:00');
  expect(said(false)).toContain('Position sent since 08:00');
  expect(said(true)).not.toContain('Position sent');
  expect(said(true), 'the rest still stands').toContain('data-testid="crew"');
});
