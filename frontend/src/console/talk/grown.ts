/** What of the waiting messages is new. Pure. */
export interface Waiting {
  unit_id: string;
  unread: number;
  last_seq: number;
  text: string;
  name: string;
}

export const grown = (before: readonly Waiting[], now: readonly Waiting[]): Waiting[] => now.filter((one) => one.last_seq > (before.find((old) => old.unit_id === one.unit_id)?.last_seq ?? 0));
