/** What the centre tells of imports, and sending a file with a word on how far it is. */
import type { components } from '$schemas';
import { ApiError, errorFrom } from '$lib/api';

type Schemas = components['schemas'];
export type Kind = Schemas['ImportKindOut'];
export type Preview = Schemas['PreviewOut'];
export type Shape = Preview['shapes'][number];
export type State = Shape['state'];
export type Applied = Schemas['AppliedOut'];
export type Run = Schemas['RunOut'];
export type Note = Schemas['RowNoteOut'];
export type Choices = Schemas['ChoicesIn'];

export const MOST_BYTES = 64_000_000;

/** Uploads a file; `told` hears how much of it has gone, 0 to 1, and 1 while the centre reads it. */
export function upload(path: string, file: File, told: (share: number) => void, signal: AbortSignal): Promise<Preview> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const broken = () => reject(new ApiError('no_answer', 0, 'ส่งไฟล์ไม่สำเร็จ ยังไม่มีข้อมูลใดถูกเปลี่ยน ตรวจสายสัญญาณแล้วลองอีกครั้ง', 'The file could not be sent. Nothing was changed. Check the line and try again.'));
    request.open('POST', path);
    request.setRequestHeader('X-Unjai', '1');
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = (event) => told(event.lengthComputable && event.total > 0 ? event.loaded / event.total : 0);
    request.upload.onload = () => told(1);
    request.onerror = broken;
    request.ontimeout = broken;
    request.onload = () => {
      let body: unknown;
      try {
        body = JSON.parse(request.responseText);
      } catch {
        body = null;
      }
      if (request.status >= 200 && request.status < 300 && body) resolve(body as Preview);
      else reject(errorFrom(request.status, body));
    };
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

/** Choices as they stand after a look, to be changed and sent again. */
export function choicesOf(seen: Preview): Choices {
  return { kind: seen.kind, columns: seen.columns, header_row: seen.header_row, sheet: seen.sheet, encoding: '', delimiter: '', system: 'auto', replace: false, area: seen.form === 'osm' && !seen.area ? 'all' : 'zone', margin_m: 500 };
}
