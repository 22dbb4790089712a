/** Figures by hour: 24 of a day or 168 of a week from Monday; painted, moved through, copied. */
export const HOURS = 24;
export const DAYS = 7;

/** What a brush paints; between nothing and the worst hour of the riskiest kinds of place. */
export const BRUSHES = [0, 0.5, 1, 2, 3.5, 5] as const;

/** A week of a day's figures, or the mean day of a week's. */
export function asWeek(value: readonly number[]): number[] {
  return value.length === HOURS ? Array.from({ length: DAYS * HOURS }, (_, n) => value[n % HOURS] ?? 0) : [...value];
}
export function asDay(value: readonly number[]): number[] {
  const days = value.length / HOURS;
  return Array.from({ length: HOURS }, (_, hour) => Array.from({ length: days }, (_, day) => value[day * HOURS + hour] ?? 0).reduce((sum, one) => sum + one, 0) / days);
}

export function painted(value: readonly number[], at: number, figure: number): number[] {
  return value.map((one, n) => (n === at ? figure : one));
}

/** The figures of one day for all days of the week. */
export function copied(value: readonly number[], day: number): number[] {
  return value.map((_, n) => value[day * HOURS + (n % HOURS)] ?? 0);
}

/** Where an arrow leads from a cell: hours run right and days down, or the other way round on a narrow screen. */
export function moved(at: number, count: number, code: string, turned: boolean): number {
  const days = count / HOURS;
  let [day, hour] = [Math.floor(at / HOURS), at % HOURS];
  const along = { ArrowRight: 1, ArrowLeft: -1 }[code] ?? 0;
  const down = { ArrowDown: 1, ArrowUp: -1 }[code] ?? 0;
  hour += turned ? down : along;
  day += turned ? along : down;
  return Math.min(days - 1, Math.max(0, day)) * HOURS + Math.min(HOURS - 1, Math.max(0, hour));
}

/** Tells now and whenever it changes whether the screen is a phone's, where hours run down; returns how to stop. */
export function whileNarrow(tell: (narrow: boolean) => void): () => void {
  const media = matchMedia('(max-width: 700px)');
  const follow = () => tell(media.matches);
  follow();
  media.addEventListener('change', follow);
  return () => media.removeEventListener('change', follow);
}
