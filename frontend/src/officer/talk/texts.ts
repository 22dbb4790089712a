/** The words of messages over the officer's and the common ones. */
import { words } from '$lib/i18n.svelte';
import officerEn from '../en.json';
import officerTh from '../th.json';
import en from './en.json';
import th from './th.json';

export const t = words({ ...officerTh, ...th }, { ...officerEn, ...en });
