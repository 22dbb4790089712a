/** Keeping the page on the phone like any app, and taking new versions of it without losing anything. */
import { isApple, isInstalled } from './push';

interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
  readonly userChoice: Promise<{ outcome: string }>;
}

const UPDATED = 'unjai.officer.updated';

const LOOK_MS = 30 * 60_000;

/** The address of the script this page began with; built files carry a hash in their name. */
const entry = (): string => {
  const script = document.querySelector<HTMLScriptElement>('script[type="module"][src]');
  return script ? new URL(script.src).pathname : '';
};

class Install {
  /** `do` = the browser can be asked; `apple`, `other` = words say how; `done` = it is installed. */
  how = $state<'do' | 'apple' | 'other' | 'done'>('other');
  /** A newer version lies ready; it is taken when nothing is being done. */
  ready = $state(false);
  /** The page has just become the newer version. */
  updated = $state(false);
  #event: InstallEvent | null = null;

  begin(): void {
    this.how = isInstalled() ? 'done' : isApple() ? 'apple' : 'other';
    addEventListener('beforeinstallprompt', (event) => {
      event.preventDefault();
      this.#event = event as InstallEvent;
      this.how = 'do';
    });
    addEventListener('appinstalled', () => (this.how = 'done'));
    try {
      this.updated = sessionStorage.getItem(UPDATED) !== null;
      sessionStorage.removeItem(UPDATED);
    } catch {
      // Without storage the note is not shown.
    }
    navigator.serviceWorker?.addEventListener('message', (event: MessageEvent<{ type?: string; files?: string[] }>) => {
      if (event.data?.type !== 'renewed') return;
      // A page that was loaded from the line a moment ago is the newer version already.
      if (event.data.files?.includes(entry())) this.updated = true;
      else this.ready = true;
    });
    setInterval(() => navigator.serviceWorker?.controller?.postMessage({ type: 'look' }), LOOK_MS);
  }

  async ask(): Promise<void> {
    const event = this.#event;
    this.#event = null;
    await event?.prompt();
    this.how = (await event?.userChoice)?.outcome === 'accepted' ? 'done' : isApple() ? 'apple' : 'other';
  }

  /** Become the newer version, if nobody is at anything. */
  takeIf(idle: boolean): void {
    if (!this.ready || !idle) return;
    this.ready = false;
    try {
      sessionStorage.setItem(UPDATED, '1');
    } catch {
      // The note is not shown then.
    }
    location.reload();
  }
}

export const install = new Install();
