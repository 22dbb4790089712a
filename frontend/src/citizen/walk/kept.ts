/** Names under which the phone keeps a walk, and whether there is one: small, for the first load. */
export const KEPT = { walk: 'unjai.walk', no: 'unjai.walk.no', home: 'unjai.walk.home', recent: 'unjai.walk.recent', calls: 'unjai.walk.calls', who: 'unjai.walk.who' } as const;

export function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Storage may be forbidden: it is then known only as long as the page is open.
  }
}

/** A walk of before goes on by itself: after a reload, and when the page is opened anew from the phone's screen. */
export function goOn(): void {
  const kept = read(KEPT.walk);
  if (!kept || kept.includes('"state":"ended"')) return;
  if (location.hash === '') location.hash = 'walk';
  void import('./walker.svelte').then(({ walker }) => walker.resume(), () => undefined);
}
