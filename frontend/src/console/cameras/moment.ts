/** A moment as the room types it, to the second: "1:14", "01:14:09", "22/11/2569 01:14", "22/11/69 1.14.09". Pure. */
import { momentOf } from '../search/moment';

const ZONE_MS = 7 * 3_600_000;
const DAY_MS = 86_400_000;

/** The moment that is meant, in milliseconds; a time alone is the latest such time up to now. Null for what cannot be read. */
export function wishOf(text: string, now: number): number | null {
  const said = text.trim().replace(/[๐-๙]/g, (digit) => String(digit.charCodeAt(0) - 0x0e50));
  const found = /^(?:(\S+)\s+)?(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?\s*(?:น\.?)?$/.exec(said);
  if (!found) return null;
  const [, day, hour, minute, second = '0'] = found;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  if (day !== undefined) {
    const at = momentOf(`${day} ${hour}:${minute}`);
    return at === null ? null : at.getTime() + Number(second) * 1000;
  }
  const midnight = Math.floor((now + ZONE_MS) / DAY_MS) * DAY_MS - ZONE_MS;
  const at = midnight + (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1000;
  return at > now ? at - DAY_MS : at;
}
