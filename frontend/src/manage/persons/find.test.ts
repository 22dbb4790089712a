import { expect, it } from 'vitest';
import type { Person, Post } from '../parts/people.svelte';
import { endsOn, found, shown } from './find';

const TODAY = '2026-11-22';
const post = (state: string, until_on: string | null, position = 'superintendent') => ({ state, until_on, position }) as Post;
const person = (fields: Partial<Person>) => ({ name_th: 'ร.ต.อ.หญิง สมมุติ ดูแลทั่ว', name_en: 'Pol.Capt. Sommut D', formal_th: '', radio: 'เวียง 20', call_sign: 'เวียง 20', unit_call_sign: null, phone: '081-234-5678', now_th: 'ผกก.สภ.เวียงสมมุติ', now_en: '', username: 'w20', gone: false, account_open: true, posts: [], ...fields }) as Person;

it('finds by any part, in any order, digits Thai or not', () => {
  for (const said of ['', 'ดูแล', 'ทั่ว สมมุติ', '0812345678', '081-234', '๐๘๑', 'เวียง 20', 'W20', 'ผกก']) expect([said, found(person({}), said, '')]).toEqual([said, true]);
  for (const said of ['ไม่มี', '099', 'สมมุติ ไม่มี']) expect([said, found(person({}), said, '')]).toEqual([said, false]);
});
it('filters by a post of today only', () => {
  expect(found(person({ posts: [post('now', null)] }), '', 'superintendent')).toBe(true);
  expect(found(person({ posts: [post('past', '2020-01-01')] }), '', 'superintendent')).toBe(false);
});
it('shows who leaves, who ends soon, who lacks something', () => {
  expect(endsOn(person({ posts: [post('now', '2027-01-01'), post('now', '2026-12-01'), post('past', '2020-01-01')] }))).toBe('2026-12-01');
  expect(shown(person({ posts: [post('now', '2026-12-22')] }), 'ending', TODAY)).toBe(true);
  expect(shown(person({ posts: [post('now', '2026-12-23')] }), 'ending', TODAY)).toBe(false);
  expect(shown(person({ posts: [post('coming', null)] }), 'no_post', TODAY)).toBe(true);
  expect(shown(person({ gone: true }), 'here', TODAY)).toBe(false);
  expect(shown(person({ gone: true }), 'gone', TODAY)).toBe(true);
  expect(shown(person({ account_open: false }), 'no_account', TODAY)).toBe(true);
});
