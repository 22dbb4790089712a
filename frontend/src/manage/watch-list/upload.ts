/** Sends a file and tells how much of it has left: `fetch` cannot say that, and a list of a million plates takes a while. */
import { asApiError, errorFrom } from '$lib/api';
import type { WholeFile } from './types';

export function sendFile(file: File, onshare: (share: number) => void): Promise<WholeFile> {
  return new Promise((resolve, reject) => {
    const ask = new XMLHttpRequest();
    ask.open('POST', `/api/import/watch-list?name=${encodeURIComponent(file.name)}`);
    ask.setRequestHeader('X-Unjai', '1');
    ask.setRequestHeader('Content-Type', 'application/octet-stream');
    ask.responseType = 'json';
    ask.upload.onprogress = (event) => onshare(event.total ? event.loaded / event.total : 0);
    ask.onload = () => (ask.status < 300 ? resolve(ask.response as WholeFile) : reject(errorFrom(ask.status, ask.response)));
    ask.onerror = () => reject(asApiError(new TypeError('line cut')));
    ask.send(file);
  });
}
