import { expect, it } from 'vitest';
import { momentOf, momentText } from './moment';

it('reads what people type', () => {
  for (const text of ['22/11/2569 01:30', '๒๒/๑๑/๖๙ ๑.๓๐ น.', '22-11-2026 1:30', '2026-11-22 01:30', '2569/11/22 01:30']) expect([text, momentOf(text)?.toISOString()]).toEqual([text, '2026-11-21T18:30:00.000Z']);
  expect(momentOf('22/11/2569')?.toISOString()).toBe('2026-11-21T17:00:00.000Z');
});
it('refuses what it cannot read', () => {
  for (const text of ['', 'เมื่อวาน', '31/02/2569', '22/13/2569', '22/11', '22/11/2569 25:00']) expect([text, momentOf(text)]).toEqual([text, null]);
});
it('writes what it reads', () => expect(momentOf(momentText(new Date('2026-11-21T18:30:00Z')))?.toISOString()).toBe('2026-11-21T18:30:00.000Z'));
