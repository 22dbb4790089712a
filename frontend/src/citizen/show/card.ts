/** What a passer-by reads: always Thai, whatever the reader's own language. What it says stands below in hers. */
export const ASKS = ['police', 'followed', 'ambulance', 'station'] as const;
export type Asked = (typeof ASKS)[number];

export interface Card {
  first: string;
  then: string;
  /** The number to call, as a link for who takes the phone into the hand. */
  call: string | null;
}

/** The card for an ask; `visitor` says why she does not speak. */
export function cardOf(asked: Asked, station: string, visitor: boolean): Card {
  const why = visitor ? 'ฉันพูดภาษาไทยไม่ได้' : 'ฉันพูดไม่สะดวก';
  switch (asked) {
    case 'police':
      return { first: 'ช่วยด้วย', then: `ช่วยโทรแจ้งตำรวจ 191 ให้หน่อย ${why}`, call: '191' };
    case 'followed':
      return { first: 'มีคนตามฉันมา', then: `ขออยู่ด้วยสักครู่ และช่วยโทรแจ้งตำรวจ 191 ${why}`, call: '191' };
    case 'ambulance':
      return { first: 'ต้องการรถพยาบาล', then: `ช่วยโทร 1669 ให้หน่อย ${why}`, call: '1669' };
    case 'station':
      return { first: 'ช่วยพาไปสถานีตำรวจ', then: `${station || 'สถานีตำรวจที่ใกล้ที่สุด'} ${why}`, call: null };
  }
}

/** "อยู่ใกล้ ถนนท่าแพ (18.78812, 98.99310)": where she is, in Thai. */
export function placeLine(street: string | null, place: { lat: number; lon: number } | null): string {
  if (!place) return '';
  const spot = `${place.lat.toFixed(5)}, ${place.lon.toFixed(5)}`;
  return street ? `ฉันอยู่ใกล้ ${street}\n(พิกัด ${spot})` : `ฉันอยู่ที่พิกัด ${spot}`;
}
