import { expect, it } from 'vitest';
import { csv, found, sorted, troubled, type Row } from './board';

const row = (key: string, more: Partial<Row> = {}): Row =>
  ({ id: key, key, kind: 'sos_pole', name_th: `เสา ${key}`, name_en: '', owner_kind: 'police', owner_name: '', state: 'ok', battery: null, uptime: null, last_seen_at: null, firmware: null, call_sign: null, contact: null, ...more }) as Row;
const name = (one: Row) => one.name_th;

it('puts what needs a look first and keeps equal rows in place', () => {
  const rows = [row('b'), row('a'), row('c', { state: 'silent' }), row('d', { state: 'alarm' })];
  expect(sorted(rows, 'state', false, name).map((one) => one.key)).toEqual(['d', 'c', 'a', 'b']);
  expect(rows.map(troubled)).toEqual([false, false, true, true]);
});

it('keeps what is not known at the end, whichever way', () => {
  const rows = [row('none'), row('low', { battery: 0.1 }), row('high', { battery: 0.9 })];
  expect(sorted(rows, 'battery', false, name).map((one) => one.key)).toEqual(['low', 'high', 'none']);
  expect(sorted(rows, 'battery', true, name).map((one) => one.key)).toEqual(['high', 'low', 'none']);
});

it('finds by every word, in keys, names, owners', () => {
  expect(found(row('pole-04', { owner_name: 'เทศบาล' }), 'pole เทศ')).toBe(true);
  expect(found(row('pole-04'), 'pole วัด')).toBe(false);
});

it('writes cells that open as they are', () => {
  expect(csv(['a', 'b'], [['=1+1', 'x,y'], ['"q"', -3]])).toBe('\uFEFFa,b\r\n\'=1+1,"x,y"\r\n"""q""",-3\r\n');
});
