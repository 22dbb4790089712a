import { expect, it } from 'vitest';
import type { Account, RoleAt } from '../parts/people.svelte';
import { counting, doorOf, shown, standing, suggested } from './state';

const NOW = Date.parse('2026-11-22T00:00:00+07:00');
const at = (days: number) => new Date(NOW + days * 86_400_000).toISOString();
const role = (fields: Partial<RoleAt> = {}) => ({ role: 'operator', since: null, until: null, source: '', ...fields }) as RoleAt;
const account = (fields: Partial<Account> = {}) => ({ disabled: false, until: null, must_change: false, roles: [role()], ...fields }) as Account;

it('counts a role from its beginning to its end', () => {
  expect(counting(role(), NOW)).toBe('now');
  expect(counting(role({ since: at(0) }), NOW)).toBe('now');
  expect(counting(role({ since: at(1) }), NOW)).toBe('coming');
  expect(counting(role({ until: at(0) }), NOW)).toBe('over');
  expect(counting(role({ until: at(1) }), NOW)).toBe('now');
});
it('says what keeps an account out', () => {
  expect(standing(account(), NOW)).toBe('open');
  expect(standing(account({ disabled: true, until: at(-1) }), NOW)).toBe('disabled');
  expect(standing(account({ until: at(0) }), NOW)).toBe('ended');
  expect(standing(account({ until: at(30) }), NOW)).toBe('ending');
  expect(standing(account({ until: at(31) }), NOW)).toBe('open');
  expect(standing(account({ roles: [role({ until: at(-1) })] }), NOW)).toBe('no_role');
  expect(standing(account({ must_change: true }), NOW)).toBe('first');
});
it('shows each account under its filter', () => {
  expect(shown(account({ until: at(-1) }), 'over', NOW)).toBe(true);
  expect(shown(account({ until: at(-1) }), 'usable', NOW)).toBe(false);
  expect(shown(account({ roles: [role({ role: 'partner' })] }), 'partner', NOW)).toBe(true);
  expect(shown(account({ must_change: true }), 'first', NOW)).toBe(true);
});
it('suggests a user name that can be typed', () => {
  expect(suggested('Sommut', 'Klahan')).toBe('sommut.k');
  expect(suggested('Sommut', '')).toBe('sommut');
  expect(suggested('สมมุติ', 'กล้าหาญ')).toBe('');
});
it('sends who works at the centre to the console, who is on the street to the phone page, the rest to the management', () => {
  for (const [roles, door] of [
    [['operator'], '/console'],
    [['supervisor'], '/console'],
    [['officer'], '/officer'],
    [['volunteer'], '/officer'],
    [['officer', 'operator'], '/console'],
    [['administrator', 'volunteer'], '/officer'],
    [['superintendent'], '/manage'],
    [['oversight'], '/manage'],
    [[], '/manage'],
  ] as const)
    expect(doorOf(roles), roles.join('+')).toBe(door);
});
