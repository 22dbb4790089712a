import { describe, expect, it } from 'vitest';
import type { Entry } from '$lib/shelf';
import { joined, TALK_PATH, thread, toRead, type Message } from './thread';

const said = (seq: number, more: Partial<Message> = {}): Message => ({ id: `m${seq}`, seq, incident_id: null, from_unit: false, name: 'ศูนย์', text: `${seq}`, said_at: '2026-11-22T01:00:00Z', at: '2026-11-22T01:00:00Z', read_at: null, ...more });
const entry = (id: string, text: string, more: Partial<Entry> = {}): Entry => ({ id, lane: 'talk', path: TALK_PATH, body: { text }, at: 0, n: 1, tries: 0, ...more });

describe('thread', () => {
  it('stands in the order of the centre, what waits last and in its own order', () => {
    const lines = thread([said(3), said(1)], [entry('a', 'first'), entry('b', 'second'), { ...entry('c', '-'), path: '/api/officer/duty' }]);
    expect(lines.map((one) => one.text)).toEqual(['1', '3', 'first', 'second']);
    expect(lines.map((one) => one.mark)).toEqual(['theirs', 'theirs', 'waiting', 'waiting']);
  });
  it('tells what came late, was read, was refused', () => {
    const lines = thread([said(1, { from_unit: true, at: '2026-11-22T01:03:00Z' }), said(2, { from_unit: true, read_at: '2026-11-22T01:04:00Z' })], [entry('a', 'x', { refused: { status: 409, code: 'id_reused', th: '', en: '' } })]);
    expect(lines.map((one) => [one.mark, one.late])).toEqual([['sent', true], ['read', false], ['refused', false]]);
  });
  it('holds each message once however often it comes', () => {
    expect(joined([said(1), said(2)], [said(2, { read_at: 'x' }), said(4)]).map((one) => [one.seq, one.read_at])).toEqual([[1, null], [2, 'x'], [4, null]]);
  });
  it('reads up to the last of theirs', () => {
    expect(toRead([said(1), said(5), said(9, { from_unit: true }), said(7, { read_at: 'x' })])).toBe(5);
    expect(toRead([])).toBe(0);
  });
});
