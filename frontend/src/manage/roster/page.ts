import CalendarDays from '@lucide/svelte/icons/calendar-days';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'roster',
  group: 'people',
  order: 45,
  rights: ['unit.admin', 'unit.read'],
  icon: CalendarDays,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
