// motcua documents: papers in a real S3 server, moved to the folder and back while people read them, and every kind of damage found.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { extract } from '../browser/answers.mjs';
import { Person, answerPages, attachAll, findDossier, root, samplePdf, signedIn, soundPdf, startCity, startDraft, step, submitDraft, until } from '../browser/city.mjs';

const S3rver = createRequire(import.meta.url)('s3rver');
const program = path.resolve(root, process.env.MOTCUA_TEST_PROGRAM ?? path.join(process.env.MOTCUA_BUILD ?? 'build/check', 'motcua'));
const bucket = mkdtempSync(path.join(tmpdir(), 'motcua-s3-'));
const requests = [];
let city, url, s3, lan, papers, onRequest, handle, answering = true, fetched = 0;
const standing = []; // PUTs that are not answered while it is an open gate
let standstill = false;

function environment() {
  const all = { ...process.env, MOTCUA_SHARE: root, MOTCUA_DATA: path.join(city.data, 'var') };
  delete all.DATABASE_URL;
  return all;
}
/** Runs beside this process, in which the S3 server lives. */
async function run(...args) {
  const child = spawn(program, args, { env: environment() });
  const result = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => (result.stdout += text));
  child.stderr.on('data', (text) => (result.stderr += text));
  result.child = child;
  [result.status, result.signal] = await new Promise((resolve) => child.on('close', (...all) => resolve(all)));
  assert.doesNotMatch(result.stderr, /Sanitizer|runtime error/);
  return result;
}
const documents = (...args) => run('documents', ...args);
function sql(text) {
  const result = spawnSync('psql', ['-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', url], { input: text, encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout.trim();
}
const stored = (store) => Number(sql(`SELECT count(*) FROM document WHERE store = '${store}'`));
const blobs = () => readdirSync(path.join(city.data, 'var/documents'), { recursive: true }).filter((name) => path.basename(name).length === 43);
const place = (name) => path.join(city.data, 'var/documents', name.slice(0, 2), name);
const objects = () => (existsSync(path.join(bucket, 'giay-to/ha-noi')) ? readdirSync(path.join(bucket, 'giay-to/ha-noi')) : []).filter((name) => name.endsWith('._S3rver_object')).map((name) => name.slice(0, 43));
async function readAll() {
  for (const paper of papers) {
    const answer = await lan.open(paper);
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.bytes, samplePdf().bytes);
  }
}

before(async () => {
  const server = new S3rver({ silent: true, directory: bucket, vhostBuckets: false, configureBuckets: [{ name: 'giay-to' }] });
  await server.configureBuckets();
  handle = server.callback();
  s3 = http.createServer((request, response) => {
    requests.push(request.method);
    onRequest?.(request.method);
    const { write, end } = response;
    const counted = (call) => (part, ...rest) => {
      if (request.method === 'GET' && part && typeof part !== 'function') fetched += part.length;
      return call.call(response, part, ...rest);
    };
    response.write = counted(write);
    response.end = counted(end);
    if (standstill && request.method === 'PUT') standing.push(() => handle(request, response));
    else if (answering) handle(request, response);
    else response.writeHead(503).end();
  });
  await new Promise((resolve) => s3.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    MOTCUA_S3_URL: `http://127.0.0.1:${s3.address().port}/giay-to/ha-noi`,
    MOTCUA_S3_ACCESS_KEY: 'S3RVER',
    MOTCUA_S3_SECRET_KEY: 'S3RVER',
    MOTCUA_DOCUMENT_STORE: 's3',
  });
  city = await startCity({ options: ['--rate-limits', '0'] });
  url = (await run('cluster', 'url')).stdout.trim();
  lan = await new Person(city).signIn('lan@example.com');
  papers = [];
  for (let i = 0; i < 3; i++) {
    const draft = await startDraft(lan, '2.000635', 'dich-vong-cau-giay');
    await answerPages(lan, draft, extract);
    assert.ok((await attachAll(lan, draft)) > 0);
    const page = await lan.open(`/ho-so/${await submitDraft(lan, draft)}`);
    papers.push(...[...page.body.matchAll(/href="(\/ho-so\/[^"]*\/tep\/[^"]*)"/g)].map((match) => match[1]));
  }
});
after(async () => {
  await city?.stop();
  s3?.close();
  rmSync(bucket, { recursive: true, force: true });
});

test('new papers go to the bucket and nowhere else, and are read from there, also in parts', async () => {
  assert.ok(papers.length >= 3);
  assert.equal(stored('folder'), 0);
  assert.ok(stored('s3') >= papers.length);
  assert.equal(objects().length, stored('s3'));
  assert.ok(!existsSync(path.join(city.data, 'var/documents')) || blobs().length === 0);
  assert.deepEqual(readdirSync(path.join(city.data, 'var/spool')), []);
  for (const name of readdirSync(path.join(bucket, 'giay-to/ha-noi')))
    assert.ok(!readFileSync(path.join(bucket, 'giay-to/ha-noi', name)).includes('%PDF'), 'only sealed bytes leave the house');
  await readAll();
  const part = await lan.send('GET', papers[0], { headers: { Range: 'bytes=5-14' } });
  assert.equal(part.status, 206);
  assert.deepEqual(part.bytes, samplePdf().bytes.subarray(5, 15));
  const checked = await documents('verify');
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  assert.match(checked.stdout, new RegExp(`${stored('s3')} documents checked: 0 faulty; 0 blobs without`));
});

test('a part of a large paper costs its chunks, not the paper', async () => {
  const draft = await startDraft(lan, '2.000635', 'dich-vong-cau-giay');
  const page = await lan.open(`${draft}/giay-to`);
  const target = new RegExp(`action="(${draft}/giay-to/[^"/]+)"`).exec(page.body)[1];
  const bytes = soundPdf({ size: 3_000_000, seed: 5 });
  assert.equal((await lan.upload(target, [{ ...samplePdf(), bytes }])).status, 303);
  const file = /class="files__name" href="([^"]+)"/.exec((await lan.open(`${draft}/giay-to`)).body)[1].replace('/xem/', '/tep/');
  const part = async (range, first, end, most) => {
    fetched = 0;
    const answer = await lan.send('GET', file, { headers: { Range: `bytes=${range}` } });
    assert.equal(answer.status, 206, range);
    assert.ok(answer.bytes.equals(bytes.subarray(first, end)), range);
    assert.ok(fetched <= most, `${range}: ${fetched} bytes fetched`);
  };
  const chunk = 65536 + 16;
  await part('0-9', 0, 10, chunk + 23);
  await part('100000-100009', 100000, 100010, 2 * chunk + 23);
  await part('2000000-2000009', 2000000, 2000010, chunk + 23);
  await part('1966000-2099999', 1966000, 2100000, 4 * chunk + 23);
  await part('-5', 2_999_995, 3_000_000, chunk + 23);
  await part('2990000-', 2_990_000, 3_000_000, chunk + 23);
  fetched = 0;
  const other = await lan.send('GET', file, { headers: { Range: 'bytes=0-9', 'If-Range': '"another"' } });
  assert.equal(other.status, 200);
  assert.ok(other.bytes.equals(bytes), 'what has changed is sent whole');
  assert.equal((await lan.send('GET', file, { headers: { Range: 'bytes=3000000-' } })).status, 416);
  assert.ok((await lan.open(file)).bytes.equals(bytes));
});

test('while the bucket stands still nobody holds the counter of the agency, and the numbers have no gap', async () => {
  const officials = Object.fromEntries(await Promise.all(['mot-cua', 'tu-phap', 'lanh-dao', 'van-thu'].map(async (name) => [name, await signedIn(city, `${name}@dich-vong-cau-giay.example`)])));
  const codes = papers.slice(0, 2).map((paper) => /ho-so\/([^/]+)\//.exec(paper)[1]);
  const dossiers = [];
  for (const code of codes) {
    const dossier = await findDossier(officials['mot-cua'], code);
    await step(officials['mot-cua'], dossier, 'receive');
    await step(officials['tu-phap'], dossier, 'approve');
    await step(officials['lanh-dao'], dossier, 'sign');
    dossiers.push(dossier);
  }
  standstill = true;
  const issued = dossiers.map((dossier) => step(officials['van-thu'], dossier, 'issue'));
  await until(() => standing.length === 2, 'both papers on their way', 20);
  sql(`BEGIN; SELECT value FROM counter FOR UPDATE NOWAIT; SELECT id FROM dossier FOR UPDATE NOWAIT; ROLLBACK`);
  standstill = false;
  standing.splice(0).forEach((go) => go());
  await Promise.all(issued);
  assert.match(sql(`SELECT string_agg(number, ' ' ORDER BY number) FROM result`), /^01\/2017\/\S+ 02\/2017\/\S+$/);
  const digests = sql('SELECT string_agg(encode(sha256, \'hex\'), \' \') FROM result').split(' ');
  for (const dossier of dossiers) {
    const page = await officials['van-thu'].open(dossier);
    const shown = new Set([...page.body.matchAll(/\?xem=([0-9a-f-]{36})/g)].map(([, id]) => id));
    const results = [];
    for (const id of shown) {
      assert.match((await officials['van-thu'].open(`${dossier}?xem=${id}`)).body, new RegExp(`class="preview__page" src="[^"]*/xem/${id}/1"`));
      results.push(createHash('sha256').update((await officials['van-thu'].open(`${dossier}/tep/${id}`)).bytes).digest('hex'));
    }
    assert.ok(results.some((digest) => digests.includes(digest)), 'the result opens');
  }
  const checked = await documents('verify');
  assert.match(checked.stdout, / 0 faulty; 0 blobs without/, 'the paper with the number of another is gone');
  assert.equal(checked.status, 0);
});

test('a bucket behind TLS is trusted by its own authority, and by no other', async () => {
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', path.join(city.data, 'tls.key'), '-out', path.join(city.data, 'tls.crt')]);
  assert.equal(made.status, 0, String(made.stderr));
  const [key, cert] = ['tls.key', 'tls.crt'].map((name) => readFileSync(path.join(city.data, name)));
  let seen = 0;
  const tls = https.createServer({ key, cert }, (request, response) => {
    seen++;
    handle(request, response);
  });
  await new Promise((resolve) => tls.listen(0, 'localhost', resolve));
  const plain = process.env.MOTCUA_S3_URL;
  process.env.MOTCUA_S3_URL = `https://localhost:${tls.address().port}/giay-to/ha-noi`;
  try {
    const unknown = await documents('verify', '--sample', '1');
    assert.equal(unknown.status, 1);
    assert.match(unknown.stderr, /certificate|SSL/i);
    assert.equal(seen, 0, 'nothing was sent to a stranger');
    process.env.MOTCUA_S3_CA_FILE = path.join(city.data, 'tls.crt');
    const known = await documents('verify');
    assert.equal(known.status, 0, known.stdout + known.stderr);
    assert.ok(seen > 3);
    process.env.MOTCUA_S3_CA_FILE = path.join(city.data, 'no-such-file');
    assert.match((await documents('verify')).stderr, /cannot read the certificates in .*no-such-file/);
  } finally {
    process.env.MOTCUA_S3_URL = plain;
    delete process.env.MOTCUA_S3_CA_FILE;
    tls.closeAllConnections();
    tls.close();
  }
});

test('a bucket that does not answer is said, and heals', async () => {
  answering = false;
  const failures = requests.length;
  assert.equal((await lan.open(papers[0])).status, 503);
  assert.ok(requests.length - failures >= 3, 'it was tried again');
  assert.equal((await documents('verify')).status, 1);
  answering = true;
  await readAll();
});

test('a move that is killed half-way leaves everything readable, and goes on', async () => {
  const all = stored('s3');
  let reads = 0;
  const killed = new Promise((resolve) => {
    const child = spawn(program, ['documents', 'move', '--to', 'folder'], { env: environment() });
    onRequest = (method) => (reads += method === 'GET') === 3 && child.kill('SIGKILL');
    child.on('close', (code, signal) => resolve(signal));
  });
  assert.equal(await killed, 'SIGKILL');
  onRequest = null;
  assert.ok(stored('folder') > 0 && stored('s3') > 0, `${stored('folder')} in the folder, ${stored('s3')} in the bucket`);
  await readAll();
  const moved = await documents('move', '--to', 'folder');
  assert.equal(moved.status, 0, moved.stderr);
  assert.equal(stored('folder'), all);
  assert.equal(blobs().length, all);
  await readAll();
});

test('people read without a failure while everything moves to the bucket and back', async () => {
  let moving = true;
  let reads = 0;
  const reading = (async () => {
    while (moving) {
      await readAll();
      reads++;
    }
  })();
  for (const to of ['s3', 'folder', 's3', 'folder']) {
    const moved = await documents('move', '--to', to);
    assert.equal(moved.status, 0, moved.stderr);
    assert.match(moved.stdout, /^[1-9]\d* documents moved to (s3|folder), 0 cannot be moved/);
  }
  moving = false;
  await reading;
  assert.ok(reads > 0);
  assert.deepEqual(objects(), []);
  assert.equal((await documents('verify')).status, 0);
});

const first = () => blobs().map((name) => path.basename(name)).sort()[0];
const second = () => blobs().map((name) => path.basename(name)).sort()[1];
for (const [what, damage, words] of [
  ['a flipped byte', (name) => { const bytes = readFileSync(place(name)); bytes[100] ^= 1; writeFileSync(place(name), bytes); }, /changed at byte 0/],
  ['a byte of the head', (name) => { const bytes = readFileSync(place(name)); bytes[0] ^= 1; writeFileSync(place(name), bytes); }, /not a stored document/],
  ['a file cut off', (name) => truncateSync(place(name), statSync(place(name)).size - 7), /cut off/],
  ['an empty file', (name) => truncateSync(place(name), 0), /cut off/],
  ['the bytes of another document', (name) => copyFileSync(place(second()), place(name)), /bytes of another document|foreign/],
  ['a lost file', (name) => rmSync(place(name)), /lost/],
])
  test(`${what} is found, named, and not carried to the other store`, async () => {
    const name = first();
    const kept = path.join(city.data, 'kept');
    copyFileSync(place(name), kept);
    damage(name);
    try {
      const result = await documents('verify', '--all', '--agency', 'dich-vong-cau-giay');
      assert.equal(result.status, 1);
      const lines = result.stdout.split('\n').filter((line) => line.startsWith('dich-vong-cau-giay: '));
      assert.equal(lines.length, 1, result.stdout);
      assert.ok(lines[0].includes(name));
      assert.match(lines[0], words);
      const moved = await documents('move', '--to', 's3');
      assert.equal(moved.status, 1);
      assert.match(moved.stdout, /, 1 cannot be moved/);
      assert.ok(!objects().includes(name));
    } finally {
      copyFileSync(kept, place(name));
      assert.equal((await documents('move', '--to', 'folder')).status, 0);
    }
    assert.equal((await documents('verify', '--sample', '5')).status, 0);
  });

test('two papers that changed places are both found', async () => {
  const [a, b] = [first(), second()];
  const swap = () => {
    renameSync(place(a), path.join(city.data, 'kept'));
    renameSync(place(b), place(a));
    renameSync(path.join(city.data, 'kept'), place(b));
  };
  swap();
  const result = await documents('verify');
  swap();
  assert.equal(result.status, 1);
  assert.match(result.stdout, / 2 faulty/);
});

test('what belongs to no document is named, and deleted only when it is old', async () => {
  const stray = 'A'.repeat(43);
  mkdirSync(path.dirname(place(stray)), { recursive: true });
  copyFileSync(place(first()), place(stray));
  const offset = Buffer.alloc(8);
  offset.writeBigInt64LE(2n * 86400n * 1000000n);
  writeFileSync(path.join(city.data, 'later'), offset);
  const young = await documents('verify', '--remove-orphans');
  assert.equal(young.status, 0);
  assert.match(young.stdout, new RegExp(`^folder: ${stray} belongs to no document, \\d+ bytes$`, 'm'));
  const later = ['--rehearsal-clock', path.join(city.data, 'later')];
  const left = await documents('verify', ...later);
  assert.equal(left.status, 2, 'sound, but something has to be looked at');
  assert.match(left.stdout, /1 of them are older than a day/);
  assert.ok(existsSync(place(stray)));
  const old = await documents('verify', '--remove-orphans', ...later);
  assert.equal(old.status, 0);
  assert.match(old.stdout, new RegExp(`${stray} .*: deleted`));
  assert.match((await documents('verify')).stdout, / 0 faulty; 0 blobs without a document/);
  await readAll();
});

test('the secret is shown nowhere, and half a setting is refused', async () => {
  const shown = await run('serve', '--check-config', '--s3-secret-key', 'rat-bi-mat');
  assert.equal(shown.status, 0, shown.stderr);
  assert.doesNotMatch(shown.stdout + shown.stderr, /rat-bi-mat/);
  assert.equal((await run('serve', '--check-config', '--s3-url', 'https://host')).status, 64);
  assert.equal((await documents('move')).status, 64);
});

test('what is erased by rule leaves the bucket, also when that did not answer at first', async () => {
  const draft = await startDraft(lan, '2.000635', 'dich-vong-cau-giay');
  await answerPages(lan, draft, extract);
  const count = await attachAll(lan, draft);
  const code = await submitDraft(lan, draft);
  await lan.get(`/ho-so/${code}/rut`);
  assert.equal((await lan.post(`/ho-so/${code}/rut`, { reason: 'Tôi đổi ý' })).status, 303);
  const names = sql(`SELECT string_agg(f.storage_name, ' ') FROM document f JOIN dossier d ON d.tenant_id = f.tenant_id AND d.id = f.dossier_id WHERE d.code = '${code}' AND f.store = 's3'`).split(' ');
  assert.equal(names.length, count);
  for (const name of names) assert.ok(objects().includes(name), name);
  const erase = () => run('retention', 'run', '--retention', 'delete after 10 years', '--rehearsal-clock', path.join(city.data, 'clock'));
  const erased = () => sql(`SELECT coalesce(erased_how, '') FROM dossier WHERE code = '${code}'`);
  await erase();
  assert.equal(erased(), '');
  sql(`UPDATE dossier SET finished_at = finished_at - interval '11 years' WHERE code = '${code}'`);
  answering = false;
  await erase();
  assert.equal(erased(), 'delete');
  for (const name of names) assert.ok(objects().includes(name), name);
  answering = true;
  await until(async () => (await erase(), names.every((name) => !objects().includes(name))), 'the bytes to leave the bucket');
  const checked = await documents('verify');
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  assert.equal((await lan.open(`/ho-so/${code}`)).status, 404);
  await readAll();
});
