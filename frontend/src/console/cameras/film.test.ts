import { expect, it } from 'vitest';
import { codecsOf } from './film';

const box = (name: string, ...bytes: number[]) => new Uint8Array([0, 0, 0, 8 + bytes.length, ...[...name].map((one) => one.charCodeAt(0)), ...bytes]);

it('names the codec of an init segment', () => {
  expect(codecsOf(box('avcC', 1, 0x64, 0, 0x1f, 0xff))).toBe('avc1.64001f');
  expect(codecsOf(box('hvcC', 1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93))).toBe('hvc1.1.6.L93.B0');
  expect(codecsOf(box('mp4a', 1, 2, 3))).toBeNull();
  expect(codecsOf(new Uint8Array())).toBeNull();
});
