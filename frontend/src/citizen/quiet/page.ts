import EyeOff from '@lucide/svelte/icons/eye-off';
import type { CitizenPage } from '../pages';
import { t } from '../texts';

export const page: CitizenPage = { key: 'quiet', order: 80, home: 'link', icon: EyeOff, title: () => t('quiet.title'), load: () => import('./Page.svelte') };
