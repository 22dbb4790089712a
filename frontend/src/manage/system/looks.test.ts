import { expect, it } from 'vitest';
import en from './en.json';
import { looks, type System } from './looks';

const fine: System = {
  version: '0.1.0', now: '2026-11-22T05:00:00Z', warnings: [],
  processes: [{ name: 'core', began: '2026-11-22T05:00:00Z', rss_bytes: 1, cpu_s: 1 }],
  engines: [{ name: 'PostgreSQL', version: '18', ours: true, bytes: 1, up_s: 1 }, { name: 'NATS', version: '2', ours: true, bytes: null, up_s: null }],
  streams: [{ name: 'OBS_FLEET', messages: 1, bytes: 1, record: 0, picture: 0 }],
  refusals: {}, outbox: 0, disc_total_bytes: 1e12, disc_free_bytes: 5e11,
  backup: { state: 'ok', folder: '/b', hour: 3, keep: 2, encrypted: false, good_at: null, age_s: 1, file: null, bytes: null, error: null },
  certificate: null, log: { rows: 1, unsealed_s: 0, late: false, roots: [] }, settings: [],
};

it('says nothing of a centre that is well', () => {
  expect(looks(fine)).toEqual([]);
});

it('names every trouble, the worst first, each with its words', () => {
  const all = looks({
    ...fine, warnings: ['insecure_http', 'insecure_mqtt'], processes: [], engines: [], disc_free_bytes: 1e9,
    streams: [{ name: 'OBS_FLEET', messages: 1, bytes: 1, record: 9999, picture: 0 }],
    backup: { ...fine.backup, state: 'failed', error: 'disc_full' },
    certificate: { state: 'over', own: true, names: [], issuer: '', ends: '', fingerprint: '' }, log: { ...fine.log, late: true },
  });
  const more = (['off', 'old', 'never'] as const).flatMap((state) => looks({ ...fine, backup: { ...fine.backup, state }, certificate: { state: 'soon', own: true, names: [], issuer: '', ends: '', fingerprint: '' } }));
  expect(all.map((one) => one.tone)).toEqual(['bad', 'bad', 'bad', 'bad', 'bad', 'bad', 'bad', 'bad', 'warn', 'warn']);
  for (const one of [...all, ...more]) expect(Object.keys(en)).toContain(`look.${one.code}`);
});

it('names a full disc before all it brings with it', () => {
  const found = looks({ ...fine, processes: [], disc_free_bytes: 99_999_999 });
  expect(found.map((one) => one.code)).toEqual(['disc_full', 'core']);
  expect(Object.keys(en)).toContain('look.disc_full');
});
