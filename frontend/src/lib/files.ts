/** Files that the centre makes: fetched with the session, then given to the browser as a download. */
import { ApiError, asApiError, errorFrom } from './api';

export async function fetched(path: string, body?: unknown): Promise<{ blob: Blob; name: string }> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      method: body === undefined ? 'GET' : 'POST',
      credentials: 'same-origin',
      headers: { 'X-Unjai': '1', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiError('no_answer', 0, 'ติดต่อศูนย์ไม่ได้ ยังไม่ได้ไฟล์ ตรวจสายสัญญาณแล้วลองอีกครั้ง', 'The centre cannot be reached; there is no file. Check the line and try again.');
  }
  if (!answer.ok) throw errorFrom(answer.status, await answer.json().catch(() => null));
  const name = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? 'file';
  try {
    return { blob: await answer.blob(), name };
  } catch (thrown) {
    throw asApiError(thrown);
  }
}

export function save({ blob, name }: { blob: Blob; name: string }): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
