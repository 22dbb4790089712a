import ShieldCheck from '@lucide/svelte/icons/shield-check';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'evidence',
  group: 'work',
  order: 62,
  rights: ['evidence.read'],
  icon: ShieldCheck,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
