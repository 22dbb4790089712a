import MapPinCheck from '@lucide/svelte/icons/map-pin-check';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'checkpoints',
  group: 'work',
  order: 45,
  rights: ['patrol.read'],
  icon: MapPinCheck,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
