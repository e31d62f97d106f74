// Uploads by the tus protocol against a served city: what a client sends, and lines that break.
import http from 'node:http';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Person, readable, startDraft, soundPdf } from '../browser/city.mjs';

export const version = { 'Tus-Resumable': '1.0.0' };
export const octets = 'application/offset+octet-stream';
export const paper = 'giay_to_tuy_than';
export const base64 = (text) => Buffer.from(text).toString('base64');
export const sha = (algorithm, bytes) => createHash(algorithm).update(bytes).digest('base64');

/** A PDF of so many bytes, the same for the same size and seed. */
export const pdfOf = (size, seed = 1) => soundPdf({ size, seed });

/** One request of the protocol, with version and token. */
export const tus = (person, method, target, { headers = {}, ...rest } = {}) =>
  person.send(method, target, { headers: { ...version, 'X-CSRF-Token': person.csrf ?? '', ...headers }, ...rest });

/** {draft, papers}: a new draft of the person, and where uploads of its paper are made. */
export async function newDraft(person) {
  const draft = await startDraft(person, '2.000635', 'dich-vong-cau-giay');
  await person.open(`${draft}/giay-to`);
  return { draft, creation: `${draft}/giay-to/${paper}/tai-len` };
}

/** Makes an upload; gives its address. */
export async function create(person, creation, length, { name = 'giấy tờ.pdf', headers = {}, body = null, type = null } = {}) {
  const answer = await tus(person, 'POST', creation, { headers: { 'Upload-Length': String(length), 'Upload-Metadata': `filename ${base64(name)}`, ...headers }, body, type });
  if (answer.status !== 201) throw new Error(`no upload: ${answer.status} ${readable(answer.body).slice(0, 300)}`);
  return answer.location;
}

export const patch = (person, upload, offset, body, headers = {}) => tus(person, 'PATCH', upload, { headers: { 'Upload-Offset': String(offset), ...headers }, body, type: octets });
export const offsetOf = async (person, upload) => {
  const answer = await tus(person, 'HEAD', upload);
  if (answer.status !== 200) throw new Error(`HEAD answers ${answer.status}`);
  return Number(answer.headers['upload-offset']);
};

/** Sends `bytes` from `offset` on, and breaks the line when `after` of them have gone. Gives how many the server took. */
export async function breakOff(person, upload, offset, bytes, after) {
  const request = http.request({
    host: '127.0.0.1', port: person.city.port, method: 'PATCH', path: upload, agent: false,
    headers: {
      ...version, 'X-CSRF-Token': person.csrf, 'X-Forwarded-For': person.address, 'Upload-Offset': String(offset), 'Content-Type': octets,
      'Content-Length': bytes.length - offset, Cookie: [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    },
  });
  request.on('error', () => {});
  const sent = new Promise((resolve) => request.write(bytes.subarray(offset, offset + after), resolve));
  await Promise.race([sent, sleep(20000)]);
  await sleep(100);
  request.destroy();
  // once nobody else writes any more, nothing at all can be added where the upload ends
  for (;;) {
    const now = await offsetOf(person, upload);
    if ((await patch(person, upload, now, '')).status === 204) return now;
    await sleep(50);
  }
}

/** The files that the page of papers shows: [{name, url}]. */
export async function filesOf(person, draft) {
  const page = await person.open(`${draft}/giay-to`);
  return [...page.body.matchAll(/class="files__name" href="([^"]+)">([^<]*)</g)].map(([, url, name]) => ({ url: url.replace('/xem/', '/tep/'), name }));
}

export async function bytesOf(person, url) {
  const answer = await person.get(url);
  if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}`);
  return answer.bytes;
}

export const newPerson = (city, identifier) => new Person(city).signIn(identifier);
