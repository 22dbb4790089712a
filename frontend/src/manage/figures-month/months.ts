/** Months as addresses say them (2026-10) and as people do. */
import type { components } from '$lib/api.d';
import type { Tongue } from '$lib/i18n.svelte';

export type Month = components['schemas']['MonthOut'];
export type Figure = components['schemas']['FigureOut'];
export type Head = components['schemas']['MonthHeadOut'];

const BANGKOK_MS = 7 * 3_600_000;

/** The month that is over, in Bangkok. */
export function lastMonth(now: Date): string {
  return moved(new Date(now.getTime() + BANGKOK_MS).toISOString().slice(0, 7), -1);
}

/** So many months later (or earlier). */
export function moved(month: string, by: number): string {
  const whole = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + by;
  return `${Math.floor(whole / 12)}-${String((whole % 12) + 1).padStart(2, '0')}`;
}

/** ตุลาคม 2569, October 2026. */
export function monthText(month: string, locale: Tongue): string {
  const at = new Date(`${month.slice(0, 7)}-15T00:00:00Z`);
  return new Intl.DateTimeFormat(locale === 'th' ? 'th-TH-u-ca-buddhist' : 'en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(at).replace('พ.ศ. ', '').replace('พุทธศักราช ', '');
}

/** Figures under the project's own indicators, in their order. */
export function grouped(figures: readonly Figure[]): [string, Figure[]][] {
  const groups = new Map<string, Figure[]>();
  for (const one of figures) groups.set(one.kpi, [...(groups.get(one.kpi) ?? []), one]);
  return [...groups];
}

/** How many figures have which verdict. */
export function verdicts(figures: readonly Figure[]): Record<'better' | 'worse' | 'unclaimable', number> {
  const count = (verdict: string) => figures.filter((one) => one.verdict === verdict).length;
  return { better: count('better'), worse: count('worse'), unclaimable: count('unclaimable') };
}
