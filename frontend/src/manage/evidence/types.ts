import type { components } from '$schemas';

export type Row = components['schemas']['EvidenceRow'];
export type Whole = components['schemas']['EvidenceOut'];
export type Checked = components['schemas']['CheckOut'];
export type Doing = 'download' | 'handover' | 'receive' | 'release' | 'remove';

export const isOpen = (one: Pick<Row, 'state'>): boolean => one.state === 'asked' || one.state === 'making';

export function sizeText(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1000))} kB`;
  return bytes < 1_000_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${(bytes / 1_000_000_000).toFixed(2)} GB`;
}
