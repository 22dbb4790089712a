import Clock from '@lucide/svelte/icons/clock';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'shifts',
  group: 'people',
  order: 40,
  rights: ['unit.admin'],
  icon: Clock,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
