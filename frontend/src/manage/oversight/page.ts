import Eye from '@lucide/svelte/icons/eye';
import { attention } from '$lib/attention.svelte';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'oversight',
  group: 'system',
  order: 10,
  rights: ['audit.read', 'approval.give', 'breakglass.review', 'breakglass.take', 'policy.admin', 'zone.admin', 'device.admin'],
  icon: Eye,
  title: () => t('title'),
  badge: () => attention.waiting,
  load: () => import('./Page.svelte'),
};
