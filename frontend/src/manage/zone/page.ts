import MapPinned from '@lucide/svelte/icons/map-pinned';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = { key: 'zone', group: 'setup', order: 20, rights: ['zone.admin'], icon: MapPinned, title: () => t('title'), load: () => import('./Page.svelte') };
