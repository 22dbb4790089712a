/**
 * The officer's pages beside the work at hand, found by being there: a folder with a `page.ts` that exports
 * `page: OfficerPage`. Each brings its own words and is loaded when it is opened; all are kept for when there is no line.
 */
import type { Component } from 'svelte';
import { may } from '$lib/session.svelte';
import type { Centre } from './centre.svelte';

export interface OfficerPage {
  /** Its place in the address: `/officer#<key>`. */
  key: string;
  /** Where it stands in the bar, smallest first; the work at hand is 0. */
  order: number;
  /** Any one of these rights opens it; an empty list opens it to whoever is signed in. */
  rights: readonly string[];
  icon: Component;
  /** Two or three words, called while drawing, so that the language may change. */
  title: () => string;
  /** How many things wait there; shown beside its name. */
  badge?: (centre: Centre) => number;
  /** Called once when the app opens for an account, so that what waits is sent without opening the page; ends it again. */
  begin?: (centre: Centre, account: string) => () => void;
  load: () => Promise<{ default: Component<{ centre: Centre }> }>;
}

const found = import.meta.glob<{ page: OfficerPage }>('./*/page.ts', { eager: true });

const ALL: readonly OfficerPage[] = Object.values(found)
  .map((one) => one.page)
  .sort((a, b) => a.order - b.order);

/** The pages this person may open. */
export const openPages = (): OfficerPage[] => ALL.filter((page) => page.rights.length === 0 || page.rights.some(may));
