import Car from '@lucide/svelte/icons/car';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'units',
  group: 'people',
  order: 30,
  rights: ['unit.admin'],
  icon: Car,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
