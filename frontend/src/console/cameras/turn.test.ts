import { expect, it } from 'vitest';
import { isTurn, turnOf } from './turn';

it('turns by the keys that are held', () => {
  expect(turnOf(['ArrowLeft'])).toEqual({ pan: -0.5, tilt: 0, zoom: 0 });
  expect(turnOf(['ArrowRight', 'ArrowUp'], 1)).toEqual({ pan: 1, tilt: 1, zoom: 0 });
  expect(turnOf(['Equal', 'NumpadAdd'], 1)).toEqual({ pan: 0, tilt: 0, zoom: 1 });
  expect(turnOf(['ArrowLeft', 'ArrowRight'])).toBeNull();
  expect(turnOf([])).toBeNull();
  expect(turnOf(['KeyQ'])).toBeNull();
});

it('knows its keys', () => expect(['Minus', 'ArrowDown', 'KeyA'].map(isTurn)).toEqual([true, true, false]));
