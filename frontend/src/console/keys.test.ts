import { describe, expect, it } from 'vitest';
import { beginsTyping, BINDINGS, commandOf, type Stroke } from './keys';

const stroke = (code: string, key = '', held: Partial<Stroke> = {}) => ({ code, key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...held });

describe('commandOf', () => {
  it('goes by the physical key: ฟ on a Thai layout is still A', () => {
    expect(commandOf(stroke('KeyA', 'ฟ'), false)).toBe('assign');
    expect(commandOf(stroke('KeyA', 'a'), false)).toBe('assign');
    expect(commandOf(stroke('Slash', 'ฝ'), false)).toBe('search');
  });
  it('keeps shift and control apart', () => {
    expect(commandOf(stroke('KeyC', 'C', { shiftKey: true }), false)).toBe('close');
    expect(commandOf(stroke('KeyC', 'c'), false)).toBeNull();
    expect(commandOf(stroke('KeyC', 'c', { ctrlKey: true }), false)).toBeNull();
    expect(commandOf(stroke('KeyK'), false)).toBe('previous');
    expect(commandOf(stroke('KeyK', 'k', { metaKey: true }), true)).toBe('search');
    expect(commandOf(stroke('Slash', '?', { shiftKey: true }), false)).toBe('help');
  });
  it('leaves fields alone', () => {
    for (const code of ['KeyA', 'KeyN', 'Enter', 'Slash', 'KeyJ']) expect(commandOf(stroke(code), true)).toBeNull();
    expect(commandOf(stroke('Escape'), true)).toBe('back');
  });
  it('takes the second Enter too', () => expect(commandOf(stroke('NumpadEnter'), false)).toBe('take'));
  it('gives no two commands one key', () => {
    const keys = BINDINGS.map((one) => `${one.code} ${one.shift ?? false} ${one.ctrl ?? false}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

it('begins a type-ahead with what is no command', () => {
  expect(beginsTyping(stroke('Digit4', '4'))).toBe(true);
  expect(beginsTyping(stroke('KeyA', 'ฟ'))).toBe(false);
  expect(beginsTyping(stroke('KeyA', 'ฤ', { shiftKey: true }))).toBe(true);
  expect(beginsTyping(stroke('ArrowUp', 'ArrowUp'))).toBe(false);
});
