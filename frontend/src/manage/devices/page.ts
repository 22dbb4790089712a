import RadioTower from '@lucide/svelte/icons/radio-tower';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'devices',
  group: 'setup',
  order: 40,
  rights: ['device.admin'],
  icon: RadioTower,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
