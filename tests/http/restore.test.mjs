// The restore of docs/operations.md, rehearsed: dump, documents and key are brought to a new cluster, and nothing is missing.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import * as answers from '../browser/answers.mjs';
import { Person, answerPages, attachAll, root, samplePdf, startCity, startDraft, submitDraft } from '../browser/city.mjs';

const program = path.resolve(root, process.env.MOTCUA_TEST_PROGRAM ?? path.join(process.env.MOTCUA_BUILD ?? 'build/check', 'motcua'));
const folder = mkdtempSync(path.join(tmpdir(), 'motcua-restore-'));
const copy = path.join(folder, 'var');
const dump = path.join(folder, 'motcua.dump');
let city, restored, code, url;

const run = (command, ...words) => execFileSync(command, words, { encoding: 'utf8', env: { ...process.env, MOTCUA_SHARE: root }, maxBuffer: 1 << 26 });
/** How many rows each table of the portal holds. */
const counts = (database) =>
  run('psql', '-XAt', '-d', database, '-c', `SELECT string_agg(format('%s: %s', relname, (xpath('/row/c/text()', query_to_xml(format(
    'SELECT count(*) AS c FROM public.%I', relname), true, false, '')))[1]::text), E'\\n' ORDER BY relname)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`);

before(async () => {
  execFileSync('chmod', ['755', folder]);
  city = await startCity();
});

after(async () => {
  await restored?.stop();
  await city?.stop();
  if (url) run(program, 'cluster', 'stop', '--data', copy);
  rmSync(folder, { recursive: true, force: true });
});

test('a dossier with a paper is handed in, and the portal is saved while it serves', async () => {
  const lan = await new Person(city).signIn('lan@example.com');
  const draft = await startDraft(lan, '2.000635', 'dich-vong-cau-giay');
  await answerPages(lan, draft, answers.extract);
  assert.ok((await attachAll(lan, draft)) > 0);
  code = await submitDraft(lan, draft);
  const from = path.join(city.data, 'var');
  run('pg_dump', '--format=custom', '--file', dump, run(program, 'cluster', 'url', '--data', from).trim());
  mkdirSync(copy);
  for (const name of ['documents', 'master.key']) cpSync(path.join(from, name), path.join(copy, name), { recursive: true, preserveTimestamps: true });
});

test('it comes back on a new cluster with every row, and the trail fits', () => {
  url = run(program, 'cluster', 'start', '--data', copy).trim().split('\n').pop();
  run('psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', 'CREATE ROLE motcua_app NOLOGIN; CREATE ROLE motcua_lookup NOLOGIN; CREATE ROLE motcua_eraser NOLOGIN; GRANT motcua_app, motcua_lookup, motcua_eraser TO CURRENT_USER');
  run('pg_restore', '--exit-on-error', '--dbname', url, dump);
  const before = run(program, 'cluster', 'url', '--data', path.join(city.data, 'var')).trim();
  const [original, back] = [counts(before), counts(url)].map((text) => text.split('\n').filter((line) => !/^(job|worker|session|rate)/.test(line)));
  assert.ok(original.length > 30);
  assert.deepEqual(back, original);
  run(program, 'audit', 'verify', '--data', copy);
});

test('the restored portal serves: the same password, the same dossier, the same paper', async () => {
  run(program, 'cluster', 'stop', '--data', copy);
  url = null;
  restored = await startCity({ options: ['--data', copy], fresh: true });
  const lan = await new Person(restored).signIn('lan@example.com');
  const page = await lan.open(`/ho-so/${code}`);
  assert.equal(page.status, 200);
  const paper = /href="(\/ho-so\/[^"]*\/tep\/[^"]*)"/.exec(page.body)?.[1];
  assert.ok(paper, 'the dossier shows its paper');
  assert.deepEqual((await lan.open(paper)).bytes, samplePdf().bytes);
  const slip = await lan.open(`/ho-so/${code}/giay-hen.pdf`);
  assert.equal(slip.bytes.subarray(0, 5).toString(), '%PDF-');
  await restored.stop();
  restored = null;
});

test('without its master key, or with another one, it does not start, and no new key is made', () => {
  const key = path.join(copy, 'master.key');
  const start = () => spawnSync(program, ['audit', 'verify', '--data', copy], { encoding: 'utf8', env: { ...process.env, MOTCUA_SHARE: root } });
  renameSync(key, path.join(folder, 'kept.key'));
  const missing = start();
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /master key .*master\.key is missing.*backup/);
  assert.ok(!existsSync(key));
  writeFileSync(key, `${'5a'.repeat(32)}\n`, { mode: 0o600 });
  const other = start();
  assert.equal(other.status, 1);
  assert.match(other.stderr, /another master key.*backup/);
  rmSync(key);
  renameSync(path.join(folder, 'kept.key'), key);
  assert.equal(start().status, 0);
});
