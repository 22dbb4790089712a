import Inbox from '@lucide/svelte/icons/inbox';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'reports',
  group: 'work',
  order: 5,
  rights: ['report.read'],
  icon: Inbox,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
