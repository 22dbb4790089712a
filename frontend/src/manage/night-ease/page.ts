import Lightbulb from '@lucide/svelte/icons/lightbulb';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'night-ease',
  group: 'work',
  order: 38,
  rights: ['night.read'],
  icon: Lightbulb,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
