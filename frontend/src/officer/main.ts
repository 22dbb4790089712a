import '$lib/base.css';
import '$lib/medium.css';
import { mount } from 'svelte';
import { settle } from '$lib/phone';
import App from './App.svelte';
import { install } from './install.svelte';

settle();
install.begin();
const target = document.getElementById('app');
if (target) mount(App, { target });

/**
 * Served from a file or over plain http there is none; the page then needs the line to open. It fetches all that the page
 * ever needs, so on a slow line it waits until what is on the screen can be used.
 */
function keep(): void {
  navigator.serviceWorker?.register('/sw.js?app=officer', { scope: '/officer' }).catch(() => undefined);
}
if (document.readyState === 'complete') setTimeout(keep, 1_000);
else addEventListener('load', () => setTimeout(keep, 1_000), { once: true });
