/** The sign of each state; the word always stands beside it. */
import BatteryLow from '@lucide/svelte/icons/battery-low';
import CircleAlert from '@lucide/svelte/icons/circle-alert';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CircleHelp from '@lucide/svelte/icons/circle-question-mark';
import CircleOff from '@lucide/svelte/icons/circle-off';
import EyeOff from '@lucide/svelte/icons/eye-off';
import ShieldAlert from '@lucide/svelte/icons/shield-alert';
import WifiOff from '@lucide/svelte/icons/wifi-off';

export const ICONS: Record<string, typeof WifiOff> = { alarm: CircleAlert, tamper: ShieldAlert, silent: WifiOff, trouble: EyeOff, low_battery: BatteryLow, unknown: CircleHelp, ok: CircleCheck, disabled: CircleOff };
