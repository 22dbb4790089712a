/** What both phone pages do before they show anything. */
import { language } from './i18n.svelte';
import { look } from './theme.svelte';

/** Language on the page, and, until somebody chooses here, dark or light as the whole phone is. */
export function settle(): void {
  const root = document.documentElement;
  root.lang = language.tongue === 'zh' ? 'zh-Hans' : language.tongue;
  try {
    if (localStorage.getItem(`unjai.theme.${root.dataset['app']}`)) return;
  } catch {
    // Storage may be forbidden; the phone's own choice is then the only one.
  }
  look.theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  root.dataset['theme'] = look.theme;
}
