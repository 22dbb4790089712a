// @vitest-environment node
import decode from 'qr/decode.js';
import { expect, it, vi } from 'vitest';
import label from './label.txt?raw';
import { readCode } from './proofs';

vi.setConfig({ testTimeout: 60_000 });

/** A label's QR as the station's printer makes it (written by the centre's own library). */
const LABEL = label.trim().split('\n');
const SAYS = 'UNJAI:S:5A7C0F0E1C524A3E9B550D5A4A8F6A11:1:ABCDEFGHIJKLMNOP';
const SIZE = 360;

/** The label before a camera: turned, seen aslant, in uneven light, with a noisy sensor. */
function seen(turn_deg: number, module_px: number, slant: number, noise: number): { width: number; height: number; data: Uint8Array } {
  const data = new Uint8Array(SIZE * SIZE * 4);
  const turn = (turn_deg * Math.PI) / 180;
  let dice = 12345;
  for (let y = 0; y < SIZE; y += 1) {
    for (let x = 0; x < SIZE; x += 1) {
      let sum = 0;
      for (const [dx, dy] of [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]] as const) {
        const [u, v] = [x + dx - SIZE / 2, y + dy - SIZE / 2];
        const far = 1 + (slant * u) / SIZE;
        const [a, b] = [(u * Math.cos(turn) + v * Math.sin(turn)) / far, (v * Math.cos(turn) - u * Math.sin(turn)) / far];
        const row = LABEL[Math.floor(b / module_px + LABEL.length / 2)];
        sum += row?.[Math.floor(a / module_px + LABEL.length / 2)] === '#' ? 40 : 215;
      }
      dice = (dice * 1103515245 + 12345) % 2147483648;
      const light = (sum / 4) * (0.55 + (0.45 * x) / SIZE) + ((dice / 2147483648) * 2 - 1) * noise;
      data.set([light, light, light, 255].map((value) => Math.max(0, Math.min(255, value))), (y * SIZE + x) * 4);
    }
  }
  return { width: SIZE, height: SIZE, data };
}

it.each([
  [7, 8, 0, 10],
  [-25, 6, 0.15, 15],
  [90, 5, 0.2, 10],
  [33, 4, 0, 5],
])('reads a label turned by %d°, %d pixels a module, slant %d, noise %d', (turn, module_px, slant, noise) => {
  const found = decode(seen(turn, module_px, slant, noise), { effort: 3, timeLimit: 30_000 });
  expect(readCode(found)?.text).toBe(SAYS);
});

it('reads nothing where no label is', () => {
  const empty = { width: SIZE, height: SIZE, data: new Uint8Array(SIZE * SIZE * 4).fill(128) };
  expect(() => decode(empty, { effort: 3, timeLimit: 1_000 })).toThrow();
});
