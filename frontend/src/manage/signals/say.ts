/** Why and what happened, in words: codes that this page does not know are shown as they are. */
import { timeText } from '$lib/format';
import { t } from './texts';
import { NOTES, TROUBLES, UNREACHED, WHYS, type Detail } from './types';

export function whyText(code: string, facts: Readonly<Record<string, number>>): string {
  const known = WHYS.find((one) => one === code);
  const round = Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, Math.round(value)]));
  return known ? t(`why.${known}`, round) : t('why.other', { code: code || '–' });
}

export function troubleText(code: string): string {
  const known = TROUBLES.find((one) => one === code);
  return known ? t(`trouble.${known}`) : t('trouble.other', { code });
}

/** What is wrong with a controller now, and what that means. */
export function wrongText(code: string): string {
  return UNREACHED.includes(code) ? t('plant.trouble') : t('plant.wrong', { what: troubleText(code) });
}

export function noteText(note: Detail['notes'][number]): string {
  const known = NOTES.find((one) => one === note.code);
  if (!known) return note.code;
  const reason = typeof note.facts['reason'] === 'string' ? ` (${note.facts['reason']})` : '';
  const what = typeof note.facts['error'] === 'string' ? { what: troubleText(note.facts['error']) } : {};
  return `${t(`note.${known}`, { ...greenWay(note.facts), ...what })}${reason}`;
}

/** For whom, how long, what it cost the others, and whether it was seen to pass; notes of other kinds have none of these. */
function greenWay(facts: Detail['notes'][number]['facts']): Record<string, string> {
  if (typeof facts['unit'] !== 'string') return {};
  const at = facts['passed_s'];
  const passed = typeof at === 'number' ? t('note.green_way_passed', { at: timeText(new Date(at * 1000)) }) : t('note.green_way_lost');
  return { unit: facts['unit'], held: String(facts['held_s']), waited: String(facts['waited_s']), passed };
}
