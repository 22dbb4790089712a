import { expect, it } from 'vitest';
import { able } from './push';

const good = { serviceWorker: true, push: true, apple: false, installed: false, permission: 'default', secure: true } as const;

it('says what a browser can do before asking it', () => {
  expect(able(good)).toBe('ask');
  expect(able({ ...good, permission: 'granted' })).toBe('ask');
  expect(able({ ...good, permission: 'denied' })).toBe('denied');
  expect(able({ ...good, push: false })).toBe('no');
  expect(able({ ...good, serviceWorker: false })).toBe('no');
  expect(able({ ...good, permission: null })).toBe('no');
  expect(able({ ...good, secure: false })).toBe('no');
});

it('asks an iPhone to install first, and only where that would help', () => {
  expect(able({ ...good, apple: true, push: false })).toBe('install');
  expect(able({ ...good, apple: true, push: true, installed: true })).toBe('ask');
  expect(able({ ...good, apple: true, push: false, installed: true })).toBe('no');
  expect(able({ ...good, apple: true, push: false, secure: false })).toBe('no');
});
