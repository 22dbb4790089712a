/**
 * The pages of `/manage`, found by being there: a folder with a `page.ts` that exports `page: PageInfo`.
 * Each folder brings its own words (`texts.ts`, `th.json`, `en.json`) and is loaded when it is opened.
 */
import type { Component } from 'svelte';
import { may } from '$lib/session.svelte';

export type Group = 'setup' | 'people' | 'work' | 'figures' | 'system';
export const GROUPS: readonly Group[] = ['setup', 'people', 'work', 'figures', 'system'];

export interface PageInfo {
  /** The last part of its address: `/manage/<key>`. */
  key: string;
  group: Group;
  /** Where it stands in its group, smallest first. */
  order: number;
  /** Any one of these rights opens it; an empty list opens it to whoever is signed in. */
  rights: readonly string[];
  icon: Component;
  /** Called while drawing, so that the language may change. */
  title: () => string;
  /** How many things wait there for this person; shown beside its name. */
  badge?: () => number;
  load: () => Promise<{ default: Component }>;
}

const found = import.meta.glob<{ page: PageInfo }>('./*/page.ts', { eager: true });

export const PAGES: readonly PageInfo[] = Object.values(found)
  .map((one) => one.page)
  .sort((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group) || a.order - b.order);

export function mayOpen(page: PageInfo): boolean {
  return page.rights.length === 0 || page.rights.some(may);
}
