/** The Thai fiscal year, 1 October to 30 September, named (B.E.) by the year it ends in. Days are "2026-10-01". */
const ERA = 543;

export function fiscalYear(day: string): number {
  const [year, month] = day.split('-').map(Number) as [number, number];
  return year + ERA + (month >= 10 ? 1 : 0);
}

/** First and last day. */
export function fiscalSpan(be: number): [string, string] {
  const year = be - ERA;
  return [`${year - 1}-10-01`, `${year}-09-30`];
}
