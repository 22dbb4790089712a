/**
 * The citizen's pages beside the call for help, found by being there: a folder with a `page.ts` that exports
 * `page: CitizenPage`. Each is loaded when it is opened and kept for when there is no line.
 */
import type { Component } from 'svelte';
import type { Caller } from './caller.svelte';

export interface CitizenPage {
  /** Its place in the address: `/#<key>`, and whatever stands behind a further `/` is the page's own. */
  key: string;
  /** Where it stands on the first screen, smallest first. */
  order: number;
  /** A large button under the help button, a small link at the foot, or nowhere: reached by an address only. */
  home: 'button' | 'link' | null;
  icon: Component;
  /** Two or three words, called while drawing, so that the language may change. */
  title: () => string;
  load: () => Promise<{ default: Component<{ caller: Caller; rest: string }> }>;
}

const found = import.meta.glob<{ page: CitizenPage }>('./*/page.ts', { eager: true });

export const PAGES: readonly CitizenPage[] = Object.values(found)
  .map((one) => one.page)
  .sort((a, b) => a.order - b.order);
