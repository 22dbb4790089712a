import '$lib/base.css';
import { mount } from 'svelte';
import { settle } from '$lib/phone';
import App from './App.svelte';
import './scripts.css';
import { begin } from './tongue';

/** Words kept on the phone are here sooner than this; over a slow line the button comes first, in English. */
const WORDS_WAIT_MS = 150;

settle();
const words = begin();
const target = document.getElementById('app');
const show = () => {
  if (!target) return;
  target.replaceChildren(); // the button that stood here before the program: a press on it is among the kept
  mount(App, { target });
};
void Promise.race([words, new Promise((resolve) => setTimeout(resolve, WORDS_WAIT_MS))]).then(show);

// Over plain http there is none; the page then needs the line to open.
navigator.serviceWorker?.register('/sw.js?app=citizen', { scope: '/' }).catch(() => undefined);
