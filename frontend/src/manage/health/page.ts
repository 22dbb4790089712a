import HeartPulse from '@lucide/svelte/icons/heart-pulse';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'health',
  group: 'work',
  order: 40,
  rights: ['device.read'],
  icon: HeartPulse,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
