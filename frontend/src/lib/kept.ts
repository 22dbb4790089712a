/** What a page keeps on the phone: `localStorage` that may be forbidden, and is then as good as empty. */

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
    // Storage may be forbidden, or full: it is then known only as long as the page is open.
  }
}
