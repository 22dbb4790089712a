/** How many plain reports wait for somebody: a quiet count beside the queue, asked for each half minute. */
import { get } from '$lib/api';
import { may } from '$lib/session.svelte';
import type { components } from '$schemas';

export const reports = $state({ fresh: 0, urgent: 0 });

async function look(): Promise<void> {
  if (!may('report.read') || document.hidden) return;
  try {
    const told = await get<components['schemas']['PlainWaitingOut']>('/api/plain-reports/waiting');
    [reports.fresh, reports.urgent] = [told.new, told.urgent];
  } catch {
    // The bar says that the line is cut; the last count stays.
  }
}

/** Look now and each half minute, until told to stop. */
export function followReports(): () => void {
  void look();
  const timer = setInterval(() => void look(), 30_000);
  return () => clearInterval(timer);
}
