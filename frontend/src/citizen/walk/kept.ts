/** Names under which the phone keeps a walk, and whether there is one: small, for the first load. */
import { read } from '$lib/kept';

export const KEPT = { walk: 'unjai.walk', no: 'unjai.walk.no', home: 'unjai.walk.home', recent: 'unjai.walk.recent', calls: 'unjai.walk.calls', who: 'unjai.walk.who' } as const;

/** A walk of before goes on by itself: after a reload, and when the page is opened anew from the phone's screen. */
export function goOn(): void {
  const kept = read(KEPT.walk);
  if (!kept || kept.includes('"state":"ended"')) return;
  if (location.hash === '') location.hash = 'walk';
  void import('./walker.svelte').then(({ walker }) => walker.resume(), () => undefined);
}
