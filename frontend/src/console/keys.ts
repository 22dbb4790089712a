/** The keyboard of the console. Bound to physical keys (`event.code`), so it works whatever layout is set. Pure. */
export type Command =
  | 'search' | 'call' | 'next' | 'previous' | 'take' | 'assign' | 'close' | 'map' | 'table' | 'history' | 'shift' | 'note' | 'step' | 'mute' | 'undo' | 'help' | 'back' | 'live'
  | 'talk' | 'hangup' | 'siren' | 'light'
  | 'plates' | 'confirm' | 'reject' | 'find' | 'strip';

export interface Stroke {
  code: string;
  key?: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}
interface Binding {
  command: Command;
  code: string;
  shift?: boolean;
  ctrl?: boolean;
  /** Works while typing too. */
  always?: boolean;
  /** What the key is called on screen. */
  shown: string;
}

export const BINDINGS: readonly Binding[] = [
  { command: 'search', code: 'Slash', shown: '/' },
  { command: 'search', code: 'KeyK', ctrl: true, always: true, shown: 'Ctrl K' },
  { command: 'call', code: 'KeyN', shown: 'N' },
  { command: 'next', code: 'KeyJ', shown: 'J' },
  { command: 'previous', code: 'KeyK', shown: 'K' },
  { command: 'take', code: 'Enter', shown: 'Enter' },
  { command: 'assign', code: 'KeyA', shown: 'A' },
  { command: 'close', code: 'KeyC', shift: true, shown: 'Shift C' },
  { command: 'note', code: 'KeyB', shown: 'B' },
  { command: 'step', code: 'KeyX', shown: 'X' },
  { command: 'talk', code: 'KeyV', shown: 'V' },
  { command: 'hangup', code: 'KeyV', shift: true, shown: 'Shift V' },
  { command: 'siren', code: 'KeyI', shift: true, shown: 'Shift I' },
  { command: 'light', code: 'KeyL', shift: true, shown: 'Shift L' },
  { command: 'plates', code: 'KeyP', shown: 'P' },
  { command: 'confirm', code: 'KeyY', shown: 'Y' },
  { command: 'reject', code: 'KeyR', shown: 'R' },
  { command: 'find', code: 'KeyF', shown: 'F' },
  { command: 'strip', code: 'KeyF', shift: true, shown: 'Shift F' },
  { command: 'map', code: 'KeyM', shown: 'M' },
  { command: 'table', code: 'KeyT', shown: 'T' },
  { command: 'history', code: 'KeyH', shown: 'H' },
  { command: 'shift', code: 'KeyD', shown: 'D' },
  { command: 'mute', code: 'KeyS', shown: 'S' },
  { command: 'live', code: 'KeyL', shown: 'L' },
  { command: 'undo', code: 'KeyZ', ctrl: true, shown: 'Ctrl Z' },
  { command: 'help', code: 'Slash', shift: true, shown: '?' },
  { command: 'back', code: 'Escape', always: true, shown: 'Esc' },
];

/** What a stroke means; null for nothing. While typing only what works always. */
export function commandOf(stroke: Stroke, typing: boolean): Command | null {
  if (stroke.altKey) return null;
  const ctrl = stroke.ctrlKey || stroke.metaKey;
  const code = stroke.code === 'NumpadEnter' ? 'Enter' : stroke.code;
  const found = BINDINGS.find((one) => one.code === code && (one.ctrl ?? false) === ctrl && (one.shift ?? false) === stroke.shiftKey && (!typing || one.always));
  return found?.command ?? null;
}

export const shown = (command: Command): string => BINDINGS.find((one) => one.command === command)?.shown ?? '';

/** Whether the keyboard belongs to a field now. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit', 'range'].includes(target.type);
}

/** A letter or digit that may begin a type-ahead: printable, and not a command of its own. */
export function beginsTyping(stroke: Stroke & { key: string }): boolean {
  return [...stroke.key].length === 1 && stroke.key !== ' ' && !stroke.ctrlKey && !stroke.metaKey && !stroke.altKey && commandOf(stroke, false) === null;
}
