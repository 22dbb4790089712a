/** Prepared answers, in both languages; `kinds` names whom they are for, none means all. */
export interface Sentence {
  key: string;
  kinds: readonly string[];
  th: string;
  en: string;
}

export const SENTENCES: readonly Sentence[] = [
  { key: 'sent', kinds: [], th: 'สถานีส่งเรื่องให้หน่วยงานที่รับผิดชอบแล้ว และจะติดตามให้', en: 'The station gave this to the office in charge and follows it up.' },
  { key: 'lamp', kinds: ['light'], th: 'ช่างซ่อมไฟเรียบร้อยแล้ว หากยังมืดอยู่ กด "ยังไม่เรียบร้อย" ได้ทันที', en: 'The light was mended. If it is still dark, press "Not fixed".' },
  { key: 'clean', kinds: ['rubbish'], th: 'เก็บและทำความสะอาดจุดนี้แล้ว ขอบคุณที่แจ้ง', en: 'This place was cleared and cleaned. Thank you for telling us.' },
  { key: 'noise', kinds: ['noise'], th: 'เจ้าหน้าที่ไปตักเตือนแล้ว หากยังดังอยู่ กด "ยังไม่เรียบร้อย" หรือโทร 191', en: 'Officers went and gave a warning. If it goes on, press "Not fixed" or call 191.' },
  { key: 'tip', kinds: ['drugs'], th: 'ฝ่ายสืบสวนได้รับเบาะแสแล้ว ขอบคุณมาก เพื่อความปลอดภัยของคุณ สถานีบอกรายละเอียดไม่ได้', en: 'The detectives have your tip. Thank you. For your safety we cannot say more.' },
  { key: 'more', kinds: [], th: 'สถานียังหาจุดนี้ไม่พบ โปรดกด "ยังไม่เรียบร้อย" แล้วบอกสถานที่เพิ่มหรือแนบภาพ', en: 'We could not find the place. Press "Not fixed" and tell us more of where it is, or add a picture.' },
];
