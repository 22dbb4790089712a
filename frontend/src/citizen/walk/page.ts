import Footprints from '@lucide/svelte/icons/footprints';
import type { CitizenPage } from '../pages';
import { t } from '../texts';
import { goOn } from './kept';

export const page: CitizenPage = { key: 'walk', order: 1, home: 'button', icon: Footprints, title: () => t('walk.title'), load: () => import('./Page.svelte') };

goOn();
