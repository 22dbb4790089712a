/** Dark or light, kept per application. `public/theme.js` applies the kept choice before the first paint. */
export type Theme = 'dark' | 'light';

function start(): Theme {
  return typeof document !== 'undefined' && document.documentElement.dataset['theme'] === 'light' ? 'light' : 'dark';
}

export const look = $state<{ theme: Theme }>({ theme: start() });

export function setTheme(theme: Theme): void {
  look.theme = theme;
  const root = document.documentElement;
  root.dataset['theme'] = theme;
  try {
    localStorage.setItem(`unjai.theme.${root.dataset['app'] ?? 'console'}`, theme);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
}

export function switchTheme(): void {
  setTheme(look.theme === 'dark' ? 'light' : 'dark');
}
