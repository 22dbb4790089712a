import { describe, expect, it } from 'vitest';
import { begun, display, keyOf, leads, pressed } from './calculator';

const typed = (keys: string) => [...keys].reduce(pressed, begun);

describe('a calculator that really calculates', () => {
  it.each([
    ['12+7=', '19'],
    ['2+3×4=', '20'],
    ['0.1+0.2=', '0.3'],
    ['7÷0=', 'Error'],
    ['7÷0=5', '5'],
    ['50%', '0.5'],
    ['5±', '-5'],
    ['9−12=', '-3'],
    ['1..5', '1.5'],
    ['1234567890123456', '123456789012'],
    ['999999999999×999999999999=', '1.00000e+24'],
    ['8C', '0'],
    ['5+=', '10'],
    ['5=', '5'],
    ['3+4=2', '2'],
  ])('%s shows %s', (keys, shown) => expect(typed(keys).shown).toBe(shown));
});

it('knows the way back, and nothing else as the way back', () => {
  expect(leads(typed('191'))).toBe(true);
  for (const keys of ['19', '1910', '191.', '5+191', '190+1=', '1+190=', '191±', '0191±', '']) expect(leads(typed(keys))).toBe(false);
  expect(leads(typed('5+5=191'))).toBe(true);
});

it('shows every number in its small display', () => {
  for (const value of [0, -0.5, 1 / 3, 1e15, 1e-9, 123456789.123456789]) expect(display(value).length).toBeLessThanOrEqual(14);
});

it('reads a keyboard', () => {
  expect(['1', 'Enter', '*', '/', '-', 'Backspace', 'Escape', 'a', 'Tab'].map(keyOf)).toEqual(['1', '=', '×', '÷', '−', 'C', null, null, null]);
});
