/** Whether reports still wait to be sent: then their sender is loaded, and only then. */
export const WAITING = 'unjai.reports.waiting';

export function goOn(): void {
  try {
    if (localStorage.getItem(WAITING)) setTimeout(() => void import('./sender.svelte').catch(() => undefined), 2_000);
  } catch {
    // Nothing could be kept, so nothing waits.
  }
}
