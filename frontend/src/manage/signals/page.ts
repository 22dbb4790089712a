import TrafficCone from '@lucide/svelte/icons/traffic-cone';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'signals',
  group: 'work',
  order: 39,
  rights: ['signals.read'],
  icon: TrafficCone,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
