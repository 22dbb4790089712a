/** What the next presses on the map mean: nothing special, corners of a border or a sub-zone, the place of a community. */
import type { Kind } from './draft.svelte';

class Tool {
  what = $state<'border' | 'sub' | 'community' | null>(null);
  /** The sub-zone or community that is given a shape or place; null for a new one. */
  uid = $state<string | null>(null);
  kind = $state<Kind>('risk');

  start(what: 'border' | 'sub' | 'community', uid: string | null = null, kind: Kind = 'risk'): void {
    this.what = what;
    this.uid = uid;
    this.kind = kind;
  }

  stop(): void {
    this.what = null;
    this.uid = null;
  }
}

export const tool = new Tool();
