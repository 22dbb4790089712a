/** The log's actions and facts in words. An action nobody has words for yet is shown as it is written. */
import { t } from './texts';
import th from './th.json';

type Key = keyof typeof th;

export function actionText(action: string): string {
  const key = `action.${action}`;
  return key in th ? t(key as Key) : action;
}

/** Facts as lines of name and value; nested ones as JSON. */
export function factLines(facts: Record<string, unknown>): [string, string][] {
  return Object.entries(facts)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
}
