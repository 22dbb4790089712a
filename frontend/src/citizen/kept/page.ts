import ShieldCheck from '@lucide/svelte/icons/shield-check';
import type { CitizenPage } from '../pages';
import { t } from './texts';

export const page: CitizenPage = { key: 'kept', order: 90, home: 'link', icon: ShieldCheck, title: () => t('kept.title'), load: () => import('./Page.svelte') };
