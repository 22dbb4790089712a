/** Why and what happened, in words: codes that this page does not know are shown as they are. */
import { t } from './texts';
import { NOTES, WHYS, type Detail } from './types';

export function whyText(code: string, facts: Readonly<Record<string, number>>): string {
  const known = WHYS.find((one) => one === code);
  const round = Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, Math.round(value)]));
  return known ? t(`why.${known}`, round) : t('why.other', { code: code || '–' });
}

export function noteText(note: Detail['notes'][number]): string {
  const known = NOTES.find((one) => one === note.code);
  if (!known) return note.code;
  const reason = typeof note.facts['reason'] === 'string' ? ` (${note.facts['reason']})` : '';
  return `${t(`note.${known}`)}${note.code === 'plant_trouble' ? ` (${String(note.facts['error'])})` : ''}${reason}`;
}
