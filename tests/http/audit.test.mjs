// motcua audit verify: the trail of real dossiers, then changed behind the program's back by the owner of the database.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { extract } from '../browser/answers.mjs';
import { Person, answerPages, attachAll, startCity, startDraft, submitDraft } from '../browser/city.mjs';

const program = path.resolve(process.env.MOTCUA_TEST_PROGRAM ?? path.join(process.env.MOTCUA_BUILD ?? 'build/check', 'motcua'));
let city, url, codes;

function run(...args) {
  const environment = { ...process.env, MOTCUA_SHARE: process.cwd(), MOTCUA_DATA: path.join(city.data, 'var') };
  delete environment.DATABASE_URL;
  const result = spawnSync(program, args, { encoding: 'utf8', env: environment });
  assert.doesNotMatch(result.stderr, /Sanitizer|runtime error/);
  return result;
}
function sql(text) {
  const result = spawnSync('psql', ['-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', url], { input: text, encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout.trim();
}
const verify = (...args) => run('audit', 'verify', ...args);

before(async () => {
  city = await startCity();
  url = run('cluster', 'url').stdout.trim();
  codes = [];
  const person = await new Person(city).signIn('hung@example.com');
  for (let i = 0; i < 3; i++) {
    const draft = await startDraft(person, '2.000635', 'dich-vong-cau-giay');
    await answerPages(person, draft, extract);
    await attachAll(person, draft);
    codes.push(await submitDraft(person, draft));
  }
  const clerk = await new Person(city).signIn('mot-cua@dich-vong-cau-giay.example');
  const queue = await clerk.open('/can-bo');
  for (const [, take] of queue.body.matchAll(/action="(\/can-bo\/viec\/[0-9a-f-]+\/nhan)"/g)) await clerk.post(take);
  sql('CREATE TABLE kept_event AS SELECT * FROM event; CREATE TABLE kept_dossier AS SELECT tenant_id, id, event_count, event_head FROM dossier;');
});
after(() => city?.stop());

test('untouched chains fit', () => {
  const result = verify();
  assert.equal(result.status, 0, result.stdout + result.stderr);
  const [, dossiers, events, findings] = /(\d+) dossiers, (\d+) events checked: (\d+) findings\n$/.exec(result.stdout).map(Number);
  assert.equal(dossiers, 3);
  assert.equal(events, Number(sql('SELECT count(*) FROM event')));
  assert.ok(events >= 6, `${events} events`);
  assert.equal(findings, 0);
  assert.equal(verify('--agency', 'dich-vong-cau-giay').status, 0);
  assert.match(verify('--agency', 'cau-giay').stdout, /1 agencies, 0 dossiers, 0 events/);
});

const one = () => `tenant_id = (SELECT tenant_id FROM dossier WHERE code = '${codes[1]}') AND dossier_id = (SELECT id FROM dossier WHERE code = '${codes[1]}')`;
const last = () => `(SELECT max(sequence) FROM event WHERE ${one()})`;
for (const [what, statement, sequence] of [
  ['a changed name', () => `UPDATE event SET actor_name = actor_name || ' (sửa)' WHERE sequence = 1 AND ${one()}`, 1],
  ['a changed time', () => `UPDATE event SET at = at - interval '1 microsecond' WHERE sequence = 2 AND ${one()}`, 2],
  ['changed data', () => `UPDATE event SET data = data || '{"x": 1}' WHERE sequence = 1 AND ${one()}`, 1],
  ['what became public', () => `UPDATE event SET is_public = NOT is_public WHERE sequence = 2 AND ${one()}`, 2],
  ['a removed first event', () => `DELETE FROM event WHERE sequence = 1 AND ${one()}`, 2],
  ['a removed last event', () => `DELETE FROM event WHERE sequence = ${last()} AND ${one()}`, null],
  ['a removed last event with its count', () => `UPDATE dossier SET event_count = event_count - 1, event_head = (SELECT previous_hash FROM event WHERE sequence = ${last()} AND ${one()}) WHERE code = '${codes[1]}'; DELETE FROM event WHERE sequence = ${last()} AND ${one()}`, null],
  ['all events gone', () => `DELETE FROM event WHERE ${one()}`, null],
  ['an inserted event', () => `INSERT INTO event SELECT (e).* FROM (SELECT jsonb_populate_record(event, jsonb_build_object('sequence', event.sequence + 1, 'previous_hash', event.hash)) AS e FROM event WHERE sequence = ${last()} AND ${one()}) copy`, undefined],
  ['two events in the other order', () => `UPDATE event SET sequence = CASE sequence WHEN 1 THEN 902 ELSE 901 END WHERE sequence IN (1, 2) AND ${one()}; UPDATE event SET sequence = sequence - 900 WHERE sequence > 900`, 1],
  ["another dossier's event in its place", () => `UPDATE event SET data = o.data, hash = o.hash, previous_hash = o.previous_hash FROM event o JOIN dossier d ON d.id = o.dossier_id WHERE d.code = '${codes[0]}' AND o.sequence = 1 AND event.sequence = 1 AND event.tenant_id = o.tenant_id AND event.dossier_id = (SELECT id FROM dossier WHERE code = '${codes[1]}')`, 1],
  ['a changed head', () => `UPDATE dossier SET event_head = sha256('x') WHERE code = '${codes[1]}'`, null],
])
  test(`${what}: found, and only there`, () => {
    sql(statement());
    try {
      const result = verify('--agency', 'dich-vong-cau-giay');
      assert.equal(result.status, 1, result.stdout);
      const findings = result.stdout.split('\n').filter((line) => line.startsWith('dich-vong-cau-giay: '));
      assert.ok(findings.length > 0, result.stdout);
      for (const finding of findings) assert.ok(finding.includes(codes[1]), finding);
      if (sequence) assert.ok(findings[0].includes(`, event ${sequence}: `), findings[0]);
      assert.ok(result.stdout.endsWith(`: ${findings.length} findings\n`), result.stdout);
    } finally {
      sql('DELETE FROM event; INSERT INTO event SELECT * FROM kept_event; UPDATE dossier d SET event_count = k.event_count, event_head = k.event_head FROM kept_dossier k WHERE k.tenant_id = d.tenant_id AND k.id = d.id;');
    }
  });

test('of all agencies only the one concerned is named, and what is put back fits again', () => {
  sql(`UPDATE event SET actor_name = 'x' WHERE sequence = 1 AND ${one()}`);
  const result = verify();
  assert.equal(result.status, 1);
  assert.equal(result.stdout.split('\n').length, 3, result.stdout);
  assert.ok(result.stdout.startsWith(`dich-vong-cau-giay: ${codes[1]}, event 1: `), result.stdout);
  sql('UPDATE event e SET actor_name = k.actor_name FROM kept_event k WHERE k.tenant_id = e.tenant_id AND k.dossier_id = e.dossier_id AND k.sequence = e.sequence');
  assert.equal(verify().status, 0);
});
