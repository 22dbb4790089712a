/** Dates as the room types them, in Bangkok time and the Buddhist Era (C.E. too). Pure. */

/** "22/11/2569 01:30", "22-11-69 1.30", "2026-11-22 01:30"; null for what cannot be read. */
export function momentOf(text: string): Date | null {
  const said = text.trim().replace(/[๐-๙]/g, (digit) => String(digit.charCodeAt(0) - 0x0e50));
  const found = /^(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})(?:\s+(\d{1,2})[:.](\d{2}))?\s*(?:น\.?)?$/.exec(said);
  if (!found) return null;
  const [first, month, last] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const yearFirst = (found[1] as string).length === 4;
  let year = yearFirst ? first : last;
  const day = yearFirst ? last : first;
  if (year < 100) year += 2500;
  if (year >= 2400) year -= 543;
  const [hour, minute] = [Number(found[4] ?? 0), Number(found[5] ?? 0)];
  const pad = (value: number, wide = 2) => String(value).padStart(wide, '0');
  const at = new Date(`${pad(year, 4)}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:00+07:00`);
  if (Number.isNaN(at.getTime())) return null;
  // 31 February rolls over in some engines: refuse it instead.
  return momentText(at).startsWith(`${pad(day)}/${pad(month)}/${year + 543}`) ? at : null;
}

/** "22/11/2569 01:30". */
export function momentText(at: Date): string {
  const local = new Date(at.getTime() + 7 * 3_600_000);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${pad(local.getUTCDate())}/${pad(local.getUTCMonth() + 1)}/${local.getUTCFullYear() + 543} ${pad(local.getUTCHours())}:${pad(local.getUTCMinutes())}`;
}
