import { describe, expect, it } from 'vitest';
import { AS_IT_IS_BYTES, drawnSize, goesAsItIs, LONGEST_PX } from './shrink';

describe('how large a photograph is drawn', () => {
  it.each([
    [8_000, 6_000, { width: 1_600, height: 1_200 }],
    [3_000, 12_000, { width: 400, height: 1_600 }],
    [640, 480, { width: 640, height: 480 }],
    [60_000, 1, { width: LONGEST_PX, height: 1 }],
  ])('%i × %i', (width, height, drawn) => expect(drawnSize(width, height)).toEqual(drawn));
});

it('lets a photograph of 40 MB that the phone cannot open stay, and a small one go', () => {
  expect(goesAsItIs({ size: 40_000_000, type: 'image/jpeg' })).toBe(false);
  expect(goesAsItIs({ size: AS_IT_IS_BYTES, type: 'image/jpeg' })).toBe(true);
  expect(goesAsItIs({ size: 1_000, type: 'image/heic' })).toBe(false);
  expect(goesAsItIs({ size: 1_000, type: 'text/html' })).toBe(false);
});
