/** What of the system's state needs a hand, worst first. Pure. */
import type { Facts } from '$lib/i18n.svelte';

export interface System {
  version: string;
  now: string;
  warnings: string[];
  processes: { name: string; began: string; rss_bytes: number; cpu_s: number }[];
  engines: { name: string; version: string | null; ours: boolean; bytes: number | null; up_s: number | null }[];
  streams: { name: string; messages: number; bytes: number; record: number | null; picture: number | null }[];
  refusals: Record<string, number>;
  outbox: number;
  disc_total_bytes: number;
  disc_free_bytes: number;
  backup: {
    state: 'off' | 'ok' | 'old' | 'failed' | 'never';
    folder: string | null; hour: number; keep: number; encrypted: boolean;
    good_at: string | null; age_s: number | null; file: string | null; bytes: number | null; error: string | null;
  };
  certificate: { state: 'ok' | 'soon' | 'over'; own: boolean; names: string[]; issuer: string; ends: string; fingerprint: string } | null;
  log: { rows: number; unsealed_s: number; late: boolean; roots: { day: string | null; at: string; size: number; root: string }[] };
  settings: { key: string; value: string | null; set: boolean; th: string; en: string }[];
}

export interface Look {
  code: string;
  tone: 'bad' | 'warn';
  facts?: Facts;
}

const BEHIND = 5000;
const FULL = 0.1;
/** Below this nothing new is sure to be kept; `platform/engines/folders.py` says the same. */
const NEEDED_BYTES = 100_000_000;

export function looks(said: System): Look[] {
  const bad: Look[] = [];
  const warn: Look[] = [];
  const away = (name: string) => said.engines.find((one) => one.name === name)?.version == null;
  if (away('PostgreSQL')) bad.push({ code: 'database', tone: 'bad' });
  if (away('NATS')) bad.push({ code: 'nats', tone: 'bad' });
  if (!said.processes.some((one) => one.name === 'core')) bad.push({ code: 'core', tone: 'bad' });
  if (said.log.late) bad.push({ code: 'log', tone: 'bad' });
  if (said.certificate?.state === 'over') bad.push({ code: 'certificate_over', tone: 'bad' });
  if (said.backup.state === 'failed') bad.push({ code: 'backup_failed', tone: 'bad', facts: { code: said.backup.error } });
  for (const code of said.warnings) bad.push({ code, tone: 'bad' });
  if (said.disc_free_bytes < NEEDED_BYTES) bad.unshift({ code: 'disc_full', tone: 'bad' });
  else if (said.disc_free_bytes < said.disc_total_bytes * FULL) warn.push({ code: 'disc', tone: 'warn' });
  if (said.backup.state === 'off' || said.backup.state === 'old' || said.backup.state === 'never') warn.push({ code: `backup_${said.backup.state}`, tone: 'warn' });
  if (said.certificate?.state === 'soon') warn.push({ code: 'certificate_soon', tone: 'warn' });
  const behind = said.streams.find((one) => (one.record ?? 0) > BEHIND || (one.picture ?? 0) > BEHIND);
  if (behind) warn.push({ code: 'behind', tone: 'warn', facts: { stream: behind.name } });
  return [...bad, ...warn];
}
