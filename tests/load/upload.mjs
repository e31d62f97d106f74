// How fast a paper comes in, encrypted and hashed, beside a plain copy of the same bytes onto the same disk.
//   MOTCUA_TEST_PROGRAM=build/release/motcua node tests/load/upload.mjs [MEGABYTES [ROUNDS]]
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { startCity } from '../browser/city.mjs';
import { create, newDraft, newPerson, offsetOf, patch, pdfOf } from '../http/tus.mjs';

const megabytes = Number(process.argv[2] ?? 200), rounds = Number(process.argv[3] ?? 5);
const bytes = pdfOf(megabytes * 1024 * 1024);
const city = await startCity({ options: ['--rate-limits', '0', '--upload-limit', '2047M', '--dossier-upload-limit', '8G'] });
const lan = await newPerson(city, 'lan@example.com');
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const seconds = async (work) => {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
};

/** The same bytes over a socket to somebody who writes them into a file as they are. */
const copy = (target) =>
  new Promise((resolve, reject) => {
    const file = openSync(target, 'w', 0o600);
    const server = net.createServer((socket) => {
      socket.on('data', (part) => writeSync(file, part));
      socket.on('end', () => {
        fsyncSync(file);
        closeSync(file);
        server.close();
        rmSync(target);
        resolve();
      });
    });
    server.listen(0, '127.0.0.1', () => net.connect(server.address().port, '127.0.0.1').on('error', reject).end(bytes));
  });

const encrypted = [], plain = [];
for (let round = 0; round < rounds; round++) {
  const { creation } = await newDraft(lan);
  const upload = await create(lan, creation, bytes.length);
  encrypted.push(await seconds(async () => {
    const answer = await patch(lan, upload, 0, bytes);
    if (answer.status !== 204) throw new Error(`the upload answers ${answer.status}`);
  }));
  if ((await offsetOf(lan, upload)) !== bytes.length) throw new Error('not all of it came');
  plain.push(await seconds(() => copy(path.join(city.data, 'copy'))));
}
await city.stop();
const rate = (values) => megabytes / median(values);
console.log(`${megabytes} MB, ${rounds} rounds: upload ${rate(encrypted).toFixed(0)} MB/s, plain copy ${rate(plain).toFixed(0)} MB/s, ratio ${(rate(encrypted) / rate(plain)).toFixed(2)}`);
