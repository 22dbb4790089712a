import Users from '@lucide/svelte/icons/users';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'persons',
  group: 'people',
  order: 10,
  rights: ['person.read'],
  icon: Users,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
