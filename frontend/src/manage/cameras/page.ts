import Cctv from '@lucide/svelte/icons/cctv';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'cameras',
  group: 'setup',
  order: 42,
  rights: ['camera.read'],
  icon: Cctv,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
