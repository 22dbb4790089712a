import '$lib/base.css';
import { mount } from 'svelte';
import { language } from '$lib/i18n.svelte';
import App from './App.svelte';

document.documentElement.lang = language.locale;
const target = document.getElementById('app');
if (target) mount(App, { target });

// Over plain http there is none; the page then needs the line to open.
navigator.serviceWorker?.register('/sw.js?app=citizen', { scope: '/' }).catch(() => undefined);
