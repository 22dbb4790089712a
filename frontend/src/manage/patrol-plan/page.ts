import Route from '@lucide/svelte/icons/route';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'patrol-plan',
  group: 'work',
  order: 36,
  rights: ['patrol.read'],
  icon: Route,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
