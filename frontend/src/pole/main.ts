import '$lib/base.css';
import '$lib/medium.css';
import { mount } from 'svelte';
import { settle } from '$lib/phone';
import App from './App.svelte';

settle();
const target = document.getElementById('app');
if (target) mount(App, { target });

// A box that is switched on while the line is cut must still open its page.
navigator.serviceWorker?.register('/sw.js?app=pole', { scope: '/pole' }).catch(() => undefined);
