// motcua keys: keys are renewed under two running servers, while people read, hand in, sign in with two factors and go on with an
// upload that broke off; killed at any moment it leaves everything readable.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { copyFileSync, existsSync, linkSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { extract } from '../browser/answers.mjs';
import { Person, answerPages, attachAll, password, readable, root, samplePdf, sleep, startCity, startDraft, submitDraft, until } from '../browser/city.mjs';
import { breakOff, bytesOf, create, filesOf, newDraft, offsetOf, patch, pdfOf } from './tus.mjs';

const program = path.resolve(root, process.env.MOTCUA_TEST_PROGRAM ?? path.join(process.env.MOTCUA_BUILD ?? 'build/check', 'motcua'));
const ward = 'dich-vong-cau-giay';
const official = 'tu-phap@ha-dong.example';
let city, second, url, lan, there, code, slip, paper, factor, place, upload, form;
const big = pdfOf(700_000);
const said = []; // everything that `motcua keys` has printed

const folder = () => path.join(city.data, 'var');
const keyFile = () => path.join(folder(), 'master.key');
function environment() {
  const all = { ...process.env, MOTCUA_SHARE: root, MOTCUA_DATA: folder() };
  delete all.DATABASE_URL;
  return all;
}
/** Beside this process, whose readers go on meanwhile. */
async function run(...args) {
  const child = spawn(program, args, { env: environment() });
  const result = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => (result.stdout += text));
  child.stderr.on('data', (text) => (result.stderr += text));
  result.status = await new Promise((resolve) => child.on('close', resolve));
  said.push(result.stdout, result.stderr);
  assert.doesNotMatch(result.stderr, /Sanitizer|runtime error/);
  return result;
}
async function keys(...args) {
  const result = await run('keys', ...args);
  assert.equal(result.status, 0, result.stderr);
  return result.stdout;
}
const sql = (text) => {
  const result = spawnSync('psql', ['-XAt', '-v', 'ON_ERROR_STOP=1', '-d', url], { input: text, encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout.trim();
};
const newest = () => Number(sql(`SELECT max(version) FROM tenant_key k JOIN tenant t ON t.id = k.tenant_id WHERE slug = '${ward}'`));
const unused = (slug) => sql(`SELECT count(*) FROM tenant_key k JOIN tenant t ON t.id = k.tenant_id WHERE slug = '${slug}'`);

/** Another process over the same data. */
async function startSecond() {
  const child = spawn(program, ['serve', '--port', '0', '--data', folder(), '--rehearsal-clock', path.join(city.data, 'clock'), '--trusted-proxies', '127.0.0.1',
    '--workers', '2', '--job-workers', '0', '--rate-limits', '0', '--public-url', city.url, '--password-memory', '8M', '--password-passes', '1'], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], env: environment() });
  const server = { log: '' };
  child.stderr.on('data', (text) => (server.log += text));
  const exited = new Promise((resolve) => child.on('exit', (status) => resolve(status)));
  process.on('exit', () => child.kill('SIGKILL'));
  server.port = Number(await until(() => /"event":"serving","port":(\d+)/.exec(server.log)?.[1], 'the second server', 60));
  server.stop = async () => {
    child.kill('SIGTERM');
    assert.equal(await exited, 0, server.log.slice(-3000));
  };
  return server;
}
/** The same person, asking the other server. */
function beside(person) {
  const copy = new Person({ ...city, port: second.port });
  copy.address = person.address;
  copy.cookies = new Map(person.cookies);
  copy.csrf = person.csrf;
  return copy;
}

function totp(secret, at) {
  let bits = '';
  for (const letter of secret.replace(/[^A-Z2-7]/g, '')) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0');
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const mac = createHmac('sha1', Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))).update(counter).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0');
}
let minutes = 0;
/** A step of the clock, so that each sign-in has a code of its own. */
function later() {
  city.setTime(`2017-03-14T09:${String((minutes += 2)).padStart(2, '0')}`);
  return Date.parse(`2017-03-14T09:${String(minutes).padStart(2, '0')}:05+07:00`);
}
async function twoFactors(server) {
  const at = later();
  const person = new Person(server);
  await person.open('/dang-nhap');
  const half = await person.post('/dang-nhap', { identifier: official, password, back: '/can-bo' });
  assert.match(half.location, /^\/dang-nhap\/xac-thuc/);
  await person.open(half.location);
  const answer = await person.post('/dang-nhap/xac-thuc', { code: totp(factor, at), back: '/can-bo' });
  assert.equal(answer.status, 303, answer.text.slice(0, 300));
}
async function handIn(person) {
  const draft = await startDraft(person, '2.000635', ward);
  await answerPages(person, draft, extract);
  assert.ok((await attachAll(person, draft)) > 0);
  return submitDraft(person, draft);
}
/** Nothing may have changed for anybody, at either server. */
async function assertWell() {
  for (const server of [city, { ...city, port: second.port }]) {
    const reader = server === city ? lan : there;
    assert.deepEqual((await reader.open(paper)).bytes, samplePdf().bytes);
    const page = await new Person(server).post('/tra-cuu', { code, secret: slip });
    assert.equal(page.status, 200);
    await twoFactors(server);
  }
}
const trailFits = async () => {
  const result = await run('audit', 'verify');
  assert.equal(result.status, 0, result.stdout + result.stderr);
  assert.match(result.stdout, / 0 findings/);
};
/** Reads at both servers until stopped. */
function readers() {
  const state = { on: true, count: 0 };
  const loop = async (person) => {
    while (state.on) {
      const answer = await person.open(paper);
      assert.equal(answer.status, 200);
      assert.ok(answer.bytes.equals(samplePdf().bytes));
      state.count++;
      await sleep(30);
    }
  };
  const all = Promise.all([loop(lan), loop(there)]);
  return async () => {
    state.on = false;
    await all;
    assert.ok(state.count > 2);
  };
}

before(async () => {
  city = await startCity({ time: '2017-03-14T09:00', options: ['--rate-limits', '0'] });
  url = (await run('cluster', 'url')).stdout.trim();
  second = await startSecond();
  lan = await new Person(city).signIn('lan@example.com');
  there = beside(lan);
  code = await handIn(lan);
  slip = /<p class="slip-code__value">([0-9A-Z]{4}-?[0-9A-Z]{4})<\/p>/.exec((await lan.get(`/ho-so/${code}/giay-hen`)).body)[1];
  paper = /href="(\/ho-so\/[^"]*\/tep\/[^"]*)"/.exec((await lan.open(`/ho-so/${code}`)).body)[1];
  const person = await new Person(city).signIn(official);
  factor = readable(/<span class="code code--wrap">([^<]*)</.exec((await person.open('/tai-khoan/xac-thuc-hai-lop')).body)[1]);
  assert.equal((await person.post('/tai-khoan/xac-thuc-hai-lop', { code: totp(factor, later()) })).status, 303);
  place = await newDraft(lan);
  upload = await create(lan, place.creation, big.length);
  assert.ok((await breakOff(lan, upload, 0, big, 200_000)) < big.length);
});
after(async () => {
  const complaints = (city?.complaints() ?? []).concat((second?.log ?? '').split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)).filter((line) => line.status >= 500 || line.level === 'error'));
  await second?.stop();
  await city?.stop();
  assert.deepEqual(complaints, [], 'a server answered 5xx or logged an error');
});

test('a new version of an agency\'s key is used within seconds by every server, and everything older opens', async () => {
  const stop = readers();
  assert.match(await keys('rotate-tenant', ward), new RegExp(`^${ward}: version 2 from now on$`, 'm'));
  await sleep(2500);
  await handIn(lan);
  await handIn(there);
  await stop();
  assert.equal(sql(`SELECT string_agg(key_version::text, ' ' ORDER BY created_at, id) FROM document WHERE kind = 'paper'`).split(' ').slice(-2).join(' '), '2 2');
  assert.equal(newest(), 2);
  await assertWell();
});

test('an upload that broke off before goes on, while the keys of all files are wrapped anew', async () => {
  const half = await offsetOf(lan, upload);
  const stop = readers();
  const printed = await keys('rotate-tenant', '--all', '--rewrap');
  assert.match(printed, new RegExp(`^${ward}: version 3 from now on\n${ward}: \\d+ keys of files wrapped anew, 0 damaged$`, 'm'));
  assert.equal((await patch(lan, upload, half, big.subarray(half))).status, 204);
  await stop();
  const files = await filesOf(lan, place.draft);
  assert.equal(files.length, 1);
  assert.ok((await bytesOf(there, files[0].url)).equals(big));
  assert.match(await keys('rewrap', ward), /^(|.* wrapped anew, 0 damaged\n)$/);
  assert.equal(sql('SELECT count(*) FROM document d WHERE key_version < (SELECT max(version) FROM tenant_key k WHERE k.tenant_id = d.tenant_id)'), '0');
  assert.match(await keys('retire', ward), /: 0 versions retired/, 'a server may not have noticed yet');
  sql(`UPDATE tenant_key SET created_at = created_at - interval '2 minutes'`);
  assert.match(await keys('retire', '--all'), new RegExp(`^${ward}: 1 versions retired$`, 'm'));
  const shown = await keys('status', ward);
  assert.match(shown, new RegExp(`^master key [0-9a-f]{8} in ${keyFile()}$`, 'm'));
  assert.match(shown, new RegExp(`^${ward} +1 .* 0 +0  trail, tracking codes$`, 'm'));
  assert.match(shown, new RegExp(`^${ward} +3 .* [1-9]\\d* +1  newest$`, 'm'));
  await assertWell();
  await trailFits();
});

test('a new master key is taken over by running servers; forms that are open, codes and seals hold', async () => {
  const before = readFileSync(keyFile(), 'utf8');
  assert.equal(unused('cau-giay'), '0');
  form = lan.csrf;
  const stop = readers();
  const printed = await keys('rotate-master');
  await stop();
  assert.match(printed, /keys of agencies are wrapped by a new master key/);
  const kept = /^(\S+) opens the backups made until now/m.exec(printed)[1];
  assert.equal(readFileSync(kept, 'utf8'), before);
  assert.notEqual(readFileSync(keyFile(), 'utf8'), before);
  for (const file of [kept, keyFile()]) assert.equal(statSync(file).mode & 0o777, 0o600);
  // the first key of an agency, by a server that may not have noticed
  const draft = await startDraft(there, '1.001612', 'cau-giay');
  const target = new RegExp(`action="(${draft}/giay-to/[^"/]+)"`).exec((await there.open(`${draft}/giay-to`)).body)[1];
  assert.equal((await there.upload(target, [samplePdf()])).status, 303);
  assert.equal(unused('cau-giay'), '1');
  assert.equal(lan.csrf, form);
  await assertWell();
  await handIn(lan);
  await trailFits();
  await city.restart('SIGTERM');
  const file = /class="files__name" href="([^"]+)"/.exec((await lan.open(`${draft}/giay-to`)).body)[1].replace('/xem/', '/tep/');
  assert.deepEqual((await lan.open(file)).bytes, samplePdf().bytes);
  await assertWell();
});

test('a rotation killed at any moment is found by whoever starts, and completed', async () => {
  for (const pause of [250, 450]) {
    const child = spawn(program, ['keys', 'rotate-master'], { env: environment(), stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', resolve));
    await sleep(pause);
    child.kill('SIGKILL');
    await ended;
    assert.deepEqual((await lan.open(paper)).bytes, samplePdf().bytes);
  }
  const printed = await keys('rotate-master');
  if (/cut short/.test(printed)) await keys('rotate-master');
  assert.ok(!existsSync(`${keyFile()}.next`));
  // as if it had been killed between the commit and the renaming
  const aside = path.join(city.data, 'aside');
  copyFileSync(keyFile(), aside);
  const kept = /^(\S+) opens the backups/m.exec(await keys('rotate-master'))[1];
  renameSync(keyFile(), `${keyFile()}.next`);
  renameSync(kept, keyFile());
  assert.equal(readFileSync(keyFile(), 'utf8'), readFileSync(aside, 'utf8'));
  await second.stop();
  second = await startSecond();
  there = beside(lan);
  assert.match(second.log, /keys\.unfinished/);
  assert.match(await keys('status', ward), /cut short: motcua keys rotate-master completes it/);
  assert.match(await keys('rotate-master'), /is complete; no further key was made/);
  assert.ok(!existsSync(`${keyFile()}.next`));
  await assertWell();
  await trailFits();
});

test('another key, a readable one and a broken one are refused with words', async () => {
  const right = path.join(city.data, 'right');
  renameSync(keyFile(), right);
  const refused = async (words) => {
    const result = await run('keys', 'rotate-master');
    assert.equal(result.status, 1);
    assert.match(result.stderr, words);
  };
  await refused(/master\.key is missing.*backup/);
  writeFileSync(keyFile(), `${'7c'.repeat(32)}\n`, { mode: 0o600 });
  await refused(/made with another master key \([0-9a-f]{8}\) than the one in \S+ \([0-9a-f]{8}\).*backup/);
  rmSync(keyFile());
  writeFileSync(keyFile(), 'x', { mode: 0o600 });
  await refused(/expected 64 hexadecimal digits/);
  rmSync(keyFile());
  linkSync(right, keyFile());
  spawnSync('chmod', ['644', keyFile()]);
  await refused(/others may read it/);
  spawnSync('chmod', ['600', keyFile()]);
  assert.equal((await run('keys', 'status', 'khong-co')).status, 1);
  for (const wrong of [[], ['x'], ['rotate-tenant'], ['rotate-tenant', ward, '--all'], ['rotate-master', ward], ['rewrap', '--all', '--rewrap']]) assert.equal((await run('keys', ...wrong)).status, 64, wrong.join(' '));
});

test('no key was printed or logged', () => {
  const files = readdirSync(folder()).filter((name) => name.startsWith('master.key'));
  assert.ok(files.length > 1);
  for (const name of files) {
    const key = readFileSync(path.join(folder(), name), 'utf8').trim();
    for (const text of [...said, city.log, city.output, second.log]) assert.ok(!text.includes(key) && !text.toLowerCase().includes(key.toLowerCase().slice(0, 20)));
  }
});
