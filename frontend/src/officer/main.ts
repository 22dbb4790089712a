import '$lib/base.css';
import { mount } from 'svelte';
import { settle } from '$lib/phone';
import App from './App.svelte';

settle();
const target = document.getElementById('app');
if (target) mount(App, { target });

// Served from a file or over plain http there is none; the page then needs the line to open.
navigator.serviceWorker?.register('/sw.js?app=officer', { scope: '/officer' }).catch(() => undefined);
