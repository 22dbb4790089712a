/** Finding a person in the list: by any part of a name, call sign, phone, post or user name; by what they are and do. */
import { plain } from '$lib/format';
import type { Person } from '../parts/people.svelte';

export type Show = 'here' | 'gone' | 'no_post' | 'ending' | 'no_account' | 'all';
export const SHOWS: readonly Show[] = ['here', 'ending', 'no_post', 'no_account', 'gone', 'all'];
const SOON_DAYS = 30;

/** The first last day among the posts of today; null where none ends. */
export function endsOn(person: Person): string | null {
  const days = person.posts.filter((post) => post.state === 'now' && post.until_on).map((post) => post.until_on as string);
  return days.sort()[0] ?? null;
}

export function shown(person: Person, show: Show, today: string): boolean {
  if (show === 'all') return true;
  if (show === 'gone') return person.gone;
  if (person.gone) return false;
  if (show === 'no_account') return !person.account_open;
  if (show === 'no_post') return !person.posts.some((post) => post.state === 'now');
  if (show === 'ending') {
    const end = endsOn(person);
    return end !== null && (Date.parse(end) - Date.parse(today)) / 86_400_000 <= SOON_DAYS;
  }
  return true;
}

export function found(person: Person, said: string, position: string): boolean {
  if (position && !person.posts.some((post) => post.state === 'now' && post.position === position)) return false;
  const text = plain([person.name_th, person.name_en, person.formal_th, person.radio, person.call_sign, person.unit_call_sign, person.phone.replace(/\D/g, ''), person.phone, person.now_th, person.now_en, person.username].join(' '));
  return plain(said).split(/\s+/).every((part) => text.includes(part));
}
