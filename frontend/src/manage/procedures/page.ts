import ListChecks from '@lucide/svelte/icons/list-checks';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'procedures',
  group: 'work',
  order: 40,
  rights: ['procedure.admin'],
  icon: ListChecks,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
