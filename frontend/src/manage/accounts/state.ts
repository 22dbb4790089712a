/** How an account stands now: what keeps it out, and which of its roles count. Pure: the moment is given. */
import type { Account, RoleAt } from '../parts/people.svelte';

/** Where an account works, for the slip that its holder gets. */
export const doorOf = (roles: readonly string[]): string =>
  roles.some((role) => role === 'operator' || role === 'supervisor') ? '/console' : roles.some((role) => role === 'officer' || role === 'volunteer') ? '/officer' : '/manage';

export type Standing = 'open' | 'first' | 'ending' | 'ended' | 'disabled' | 'no_role';
export type Show = 'usable' | 'first' | 'partner' | 'over' | 'all';
export const SHOWS: readonly Show[] = ['usable', 'first', 'partner', 'over', 'all'];
export type Counting = 'now' | 'coming' | 'over';

const SOON_MS = 30 * 86_400_000;

export function counting(role: RoleAt, now: number): Counting {
  if (role.until && Date.parse(role.until) <= now) return 'over';
  return role.since && Date.parse(role.since) > now ? 'coming' : 'now';
}

export function standing(account: Account, now: number): Standing {
  if (account.disabled) return 'disabled';
  const until = account.until ? Date.parse(account.until) : Infinity;
  if (until <= now) return 'ended';
  if (!account.roles.some((role) => counting(role, now) === 'now')) return 'no_role';
  if (account.must_change) return 'first';
  return until - now <= SOON_MS ? 'ending' : 'open';
}

export function shown(account: Account, show: Show, now: number): boolean {
  const how = standing(account, now);
  if (show === 'all') return true;
  if (show === 'over') return how === 'ended' || how === 'disabled' || how === 'no_role';
  if (show === 'first') return how === 'first';
  if (show === 'partner') return account.roles.some((role) => role.role === 'partner');
  return how !== 'ended' && how !== 'disabled';
}

/** A user name from an English name: "Sommut Klahan" → "sommut.k"; empty where there is nothing to make it of. */
export function suggested(first: string, last: string): string {
  const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const end = letters(last).slice(0, 1);
  return letters(first) ? letters(first) + (end ? `.${end}` : '') : '';
}
