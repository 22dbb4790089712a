import Bell from '@lucide/svelte/icons/bell-ring';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'rules',
  group: 'work',
  order: 30,
  rights: ['rule.read'],
  icon: Bell,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
