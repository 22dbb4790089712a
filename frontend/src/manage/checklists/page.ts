import ListChecks from '@lucide/svelte/icons/list-checks';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = { key: 'checklists', group: 'setup', order: 30, rights: ['zone.admin', 'audit.read'], icon: ListChecks, title: () => t('title'), load: () => import('./Page.svelte') };
