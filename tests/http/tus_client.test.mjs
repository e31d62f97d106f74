// Resumable uploads as programs make them: the reference client of the protocol, a large file over a line that breaks ten times,
// many uploads at once in little memory.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { after, before, test } from 'node:test';
import * as client from 'tus-js-client';
import { sleep, startCity } from '../browser/city.mjs';
import { breakOff, bytesOf, create, filesOf, newDraft, newPerson, octets, offsetOf, patch, pdfOf, sha, version } from './tus.mjs';

const MB = 1024 * 1024;
// A build with sanitizers holds freed memory back; here only little of it, or it would look like growth.
process.env.ASAN_OPTIONS = [process.env.ASAN_OPTIONS, 'quarantine_size_mb=8'].filter(Boolean).join(':');
let city, lan, hoa;

before(async () => {
  city = await startCity({ options: ['--rate-limits', '0', '--dossier-upload-limit', '1G', '--session-lifetime', '365d'] });
  lan = await newPerson(city, 'lan@example.com');
  hoa = await newPerson(city, 'hoa@example.com');
});
after(async () => {
  const complaints = city?.complaints() ?? [];
  await city?.stop();
  assert.deepEqual(complaints, [], 'the server answered 5xx or logged an error');
});

const headersOf = (person) => ({ 'X-CSRF-Token': person.csrf, 'X-Forwarded-For': person.address, Cookie: [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; ') });
const memory = (what) => Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${city.pid}/status`, 'utf8'))[1]) / 1024;

/** Uploads with tus-js-client; resolves to the upload. */
const send = (person, creation, bytes, options = {}) =>
  new Promise((resolve, reject) => {
    const upload = new client.Upload(bytes, {
      endpoint: `${city.url}${creation}`, headers: headersOf(person), metadata: { filename: 'bản đồ.pdf', filetype: 'application/pdf' }, retryDelays: [50, 100, 200, 400, 800],
      ...options,
      onError: reject,
      onSuccess: () => resolve(upload),
    });
    options.onMade?.(upload);
    upload.start();
  });

const one = async (person, draft, bytes) => {
  const files = await filesOf(person, draft);
  assert.deepEqual(files.map((file) => file.name), ['bản đồ.pdf']);
  assert.ok((await bytesOf(person, files[0].url)).equals(bytes));
};

test('tus-js-client: at once, in parts, with the first part in the creation, by POST alone', async () => {
  const bytes = pdfOf(1_500_003);
  for (const options of [{}, { chunkSize: 200_000 }, { chunkSize: 65536, uploadDataDuringCreation: true }, { chunkSize: 700_000, overridePatchMethod: true }]) {
    const { draft, creation } = await newDraft(lan);
    await send(lan, creation, bytes, options);
    await one(lan, draft, bytes);
  }
});

test('tus-js-client: goes on from the address it remembers, after an abort and after a restart of the server', async () => {
  const bytes = pdfOf(6 * MB, 9);
  const { draft, creation } = await newDraft(lan);
  const stopped = await new Promise((resolve, reject) => {
    const upload = new client.Upload(bytes, {
      endpoint: `${city.url}${creation}`, headers: headersOf(lan), metadata: { filename: 'bản đồ.pdf' }, chunkSize: 1 * MB, onError: reject,
      onChunkComplete: (_, offset) => offset >= 2 * MB && upload.abort().then(() => resolve(upload)),
    });
    upload.start();
  });
  await city.restart('SIGKILL');
  await send(lan, creation, bytes, { uploadUrl: stopped.url });
  await one(lan, draft, bytes);
  assert.equal(await offsetOf(lan, new URL(stopped.url).pathname), bytes.length);
});

test('tus-js-client: retries while the server is away', async () => {
  const bytes = pdfOf(20 * MB, 4);
  const { draft, creation } = await newDraft(lan);
  let restarted;
  await send(lan, creation, bytes, {
    chunkSize: 2 * MB, retryDelays: Array(60).fill(500),
    onChunkComplete: (_, offset) => offset >= 4 * MB && (restarted ??= city.restart('SIGKILL')),
  });
  await restarted;
  await one(lan, draft, bytes);
});

test('tus-js-client: ends an upload, and is told why one is refused', async () => {
  const { creation } = await newDraft(lan);
  const url = await new Promise((resolve, reject) => {
    const upload = new client.Upload(pdfOf(3 * MB), { endpoint: `${city.url}${creation}`, headers: headersOf(lan), chunkSize: 1 * MB, onError: reject, onChunkComplete: () => upload.abort(true).then(() => resolve(upload.url), reject) });
    upload.start();
  });
  const gone = await lan.send('HEAD', new URL(url).pathname, { headers: version });
  assert.ok([404, 410].includes(gone.status));
  await assert.rejects(send(lan, creation, Buffer.from('MZ no paper at all')), (error) => error.originalResponse.getStatus() === 422 && /PDF/.test(error.originalResponse.getBody()));
});

test('200 MB over a line that breaks ten times', { timeout: 240_000 }, async () => {
  const bytes = pdfOf(200 * MB, 13);
  const { draft, creation } = await newDraft(lan);
  const upload = await create(lan, creation, bytes.length, { name: 'bản đồ.pdf' });
  const start = memory('VmRSS');
  let offset = 0, breaks = 0;
  for (; breaks < 10; breaks++) {
    const after = 17 * MB + breaks * 4321;
    const now = await breakOff(lan, upload, offset, bytes, after);
    assert.ok(now > offset, `break ${breaks} at ${offset}: nothing was kept`);
    offset = now;
  }
  assert.equal((await patch(lan, upload, offset, bytes.subarray(offset))).status, 204);
  const growth = memory('VmRSS') - start;
  assert.ok(growth < 64, `memory grew by ${growth.toFixed(0)} MB`);
  const files = await filesOf(lan, draft);
  assert.equal(files.length, 1);
  const hash = createHash('sha256'); // of what is read back, piece by piece
  await new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port: city.port, path: files[0].url, headers: headersOf(lan) }, (response) => {
      response.on('data', (part) => hash.update(part));
      response.on('end', resolve);
      response.on('error', reject);
    }).on('error', reject);
  });
  assert.equal(hash.digest('base64'), sha('sha256', bytes));
});

test('50 uploads at once in little memory', { timeout: 240_000 }, async () => {
  const size = 4 * MB, pieces = 32;
  const bytes = pdfOf(size, 21);
  const people = [lan, hoa];
  const uploads = [];
  for (let i = 0; i < 50; i++) {
    const person = people[i % 2];
    const { draft, creation } = await newDraft(person);
    uploads.push({ person, draft, url: await create(person, creation, size, { name: 'bản đồ.pdf' }) });
  }
  const start = memory('VmRSS');
  let highest = start;
  const watch = setInterval(() => (highest = Math.max(highest, memory('VmRSS'))), 50);
  // All fifty lines stay open until each has sent its last piece but one: the server holds all of them at the same time.
  const lines = uploads.map(({ person, url }) => {
    const line = { answered: null };
    line.request = http.request({ host: '127.0.0.1', port: city.port, method: 'PATCH', path: url, agent: false, headers: { ...version, ...headersOf(person), 'Upload-Offset': '0', 'Content-Type': octets, 'Content-Length': size } });
    line.answered = new Promise((resolve, reject) => {
      line.request.on('response', (response) => resolve(response.resume().statusCode));
      line.request.on('error', reject);
    });
    return line;
  });
  const piece = size / pieces;
  for (let i = 0; i < pieces - 1; i++) await Promise.all(lines.map((line) => new Promise((resolve) => line.request.write(bytes.subarray(i * piece, (i + 1) * piece), resolve))));
  await sleep(200);
  for (const line of lines) line.request.end(bytes.subarray((pieces - 1) * piece));
  assert.deepEqual(await Promise.all(lines.map((line) => line.answered)), Array(50).fill(204));
  clearInterval(watch);
  console.log(`# memory: ${start.toFixed(0)} MB before, at most ${highest.toFixed(0)} MB`);
  assert.ok(highest - start < 64, `memory grew by ${(highest - start).toFixed(0)} MB`);
  for (const { person, draft } of uploads.slice(0, 4)) await one(person, draft, bytes);
});
