/** What waits too long, worst first, and whether it must be heard. Pure. */
import type { IncidentRow } from '$lib/types';
import type { Overdue } from './types';

export interface LateRow {
  row: IncidentRow;
  /** The wait that is over longest and that nobody took over; else the one that is over longest. */
  late: Overdue;
  /** Somebody took all of it over. */
  taken: boolean;
}

/** One row an incident: those nobody took over first, by priority, then by how long they are over. */
export function overdueRows(rows: Iterable<IncidentRow>): LateRow[] {
  const found: LateRow[] = [];
  for (const row of rows) {
    const late = row.overdue.find((one) => one.taken_at === null) ?? row.overdue[0];
    if (late && row.state !== 'closed') found.push({ row, late, taken: row.overdue.every((one) => one.taken_at !== null) });
  }
  return found.sort((a, b) => Number(a.taken) - Number(b.taken) || a.row.priority - b.row.priority || a.late.due_at.localeCompare(b.late.due_at) || a.row.id.localeCompare(b.row.id));
}

export const ringing = (rows: readonly LateRow[]): boolean => rows.some((one) => !one.taken);
