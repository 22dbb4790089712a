/** An ordinary calculator that really calculates, as phones have one: pure. `191 =` is the way back. */

export type Sign = '+' | '−' | '×' | '÷';
export interface Calculator {
  /** What stands on its display. */
  shown: string;
  held: number | null;
  sign: Sign | null;
  /** The next digit begins a new number. */
  fresh: boolean;
  /** What was pressed since the last sign or clearing, for the way back. */
  typed: string;
}
export const WAY_BACK = '191';
const DIGITS_MOST = 12;

export const begun: Calculator = { shown: '0', held: null, sign: null, fresh: true, typed: '' };

function result(a: number, sign: Sign, b: number): number {
  if (sign === '+') return a + b;
  if (sign === '−') return a - b;
  return sign === '×' ? a * b : a / b;
}

/** A number as a small display shows it. */
export function display(value: number): string {
  if (!Number.isFinite(value)) return 'Error';
  const plain = String(Number(value.toPrecision(10)));
  return plain.length <= DIGITS_MOST + 2 && !plain.includes('e') ? plain : value.toExponential(5);
}

export function pressed(now: Calculator, key: string): Calculator {
  if (/^\d$/.test(key)) {
    const digits = now.fresh || now.shown === '0' || now.shown === 'Error' ? key : now.shown + key;
    if (digits.replace(/\D/g, '').length > DIGITS_MOST) return now;
    return { ...now, shown: digits, fresh: false, typed: (now.fresh ? '' : now.typed) + key };
  }
  if (key === '.') return now.fresh ? { ...now, shown: '0.', fresh: false, typed: '' } : now.shown.includes('.') ? now : { ...now, shown: `${now.shown}.`, typed: '' };
  if (key === 'C') return begun;
  if (key === '±') return { ...now, shown: display(-Number(now.shown)), typed: '' };
  if (key === '%') return { ...now, shown: display(Number(now.shown) / 100), typed: '', fresh: true };
  const value = Number(now.shown);
  const total = now.held !== null && now.sign !== null && !now.fresh ? result(now.held, now.sign, value) : value;
  if (key === '=') {
    const end = now.held !== null && now.sign !== null ? result(now.held, now.sign, value) : value;
    return { shown: display(end), held: null, sign: null, fresh: true, typed: '' };
  }
  if (key === '+' || key === '−' || key === '×' || key === '÷') return { shown: display(total), held: total, sign: key, fresh: true, typed: '' };
  return now;
}

/** Whether `=` now means the way back: 191 alone, with nothing to calculate. */
export function leads(now: Calculator): boolean {
  return now.typed === WAY_BACK && now.shown === WAY_BACK && now.sign === null;
}

/** What a keyboard's key means; null for all others. */
export function keyOf(key: string): string | null {
  const known: Record<string, string> = { Enter: '=', '-': '−', '*': '×', x: '×', '/': '÷', ',': '.', Backspace: 'C', Delete: 'C', c: 'C' };
  const one = known[key] ?? key;
  return /^[\d.+−×÷=C%]$/.test(one) ? one : null;
}
