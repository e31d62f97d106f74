// Nothing that was answered is lost, and nothing is half written, when the server or PostgreSQL is killed in mid-load.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Browser } from '../load/client.mjs';
import { World, output, root } from '../load/setup.mjs';
import { submitTemplate } from '../load/workloads.mjs';

const program = path.resolve(root, process.env.MOTCUA_TEST_PROGRAM ?? path.join(process.env.MOTCUA_BUILD ?? 'build/check', 'motcua'));
const DRAFTS = 3000, SUBMITTERS = 4, CLERKS = 2;
const { password } = JSON.parse(fs.readFileSync(path.join(root, 'samples/city.json'), 'utf8'));

let world, template;
const load = { running: false, drafts: [], submitted: new Map(), toReceive: [], received: new Set(), unavailable: [], wrong: [] };
const people = [];

const knobs = () => ({ 'database-url': world.url, port: world.port, workers: 6, 'rate-limits': 0, 'job-workers': 1, 'job-interval': '1s' });

before(async () => {
  world = new World(program, null, process.env.MOTCUA_TEST_CITY);
  await world.startDatabase(); // a durable one: commits are promises
  await world.startServer({ ...knobs(), port: undefined });
  template = await submitTemplate(world.port, world);
  await world.psql(`
    CREATE TEMPORARY TABLE made AS SELECT gen_random_uuid() AS id FROM generate_series(1, ${DRAFTS});
    INSERT INTO draft (account_id, id, tenant_id, procedure_id, procedure_version_id, answers, page, created_at, updated_at)
      SELECT account_id, made.id, tenant_id, procedure_id, procedure_version_id, answers, page, created_at, updated_at
      FROM draft, made WHERE draft.id = '${template}';
    INSERT INTO document (tenant_id, id, account_id, dossier_id, kind, paper_key, file_name, media_type, size, sha256, storage_name,
        key_version, wrapped_key, created_at)
      SELECT tenant_id, made.id, account_id, made.id, kind, paper_key, file_name, media_type, size, sha256, storage_name, key_version,
        wrapped_key, created_at FROM document, made WHERE dossier_id = '${template}';`);
  load.drafts = (await world.psql('SELECT id FROM draft WHERE submitted_at IS NULL')).trim().split('\n');
  assert.equal(load.drafts.length, DRAFTS);
  for (let i = 0; i < SUBMITTERS + CLERKS; i++) {
    const browser = new Browser(world.port);
    await browser.signIn(i < SUBMITTERS ? 'lan@example.com' : 'mot-cua@dich-vong-cau-giay.example', password);
    await browser.get('/ho-so'); // a page with the session's token
    people.push(browser);
  }
});

after(async () => {
  load.running = false;
  for (const browser of people) browser.close();
  await world?.end();
});

// Asks again as long as the answer is 503.
async function patient(ask) {
  for (let i = 0; ; i++) {
    const answer = await ask();
    if (answer.status !== 503 || i === 100) return answer;
    await sleep(100);
  }
}

// After a failure she tries the same thing again. Her session outlives every crash.
async function person(browser, next, act) {
  for (let work = null; load.running; ) {
    work ??= next();
    if (work === undefined) {
      await sleep(20);
      work = null;
      continue;
    }
    try {
      const answer = await act(browser, work);
      if (answer.status === 503) load.unavailable.push(answer.headers['retry-after']);
      else if (answer.status >= 400) load.wrong.push(`${answer.status} ${work} ${answer.text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').slice(0, 200)}`);
      if (answer.status !== 503) work = null;
      else await sleep(50);
    } catch {
      await sleep(30); // the connection broke: nobody knows what became of it
    }
  }
}

async function submit(browser, draft) {
  const answer = await browser.post(`/ho-so/nhap/${draft}/nop`, { agree: '1', return_channel: 'counter' });
  const code = /^\/ho-so\/([^/]+)\/giay-hen/.exec(answer.headers.location ?? '')?.[1];
  if (answer.status === 303 && code) {
    load.submitted.set(draft, code);
    load.toReceive.push(draft);
  }
  return answer;
}

async function receive(browser, dossier) {
  const page = await browser.get(`/can-bo/ho-so/${dossier}`);
  if (page.status !== 200) return page;
  const task = /\/can-bo\/viec\/([0-9a-f-]{36})\/hoan-thanh/.exec(page.text)?.[1];
  const revision = /name="revision" value="(\d+)"/.exec(page.text)?.[1];
  if (!task) {
    load.received.add(dossier); // received before the answer was lost
    return { status: 303, headers: {}, text: '' };
  }
  const answer = await browser.post(`/can-bo/viec/${task}/hoan-thanh`, { outcome: 'receive', revision, note: '' });
  if (answer.status === 303) load.received.add(dossier);
  return answer;
}

// Runs `disturb` in the middle of the load; returns how many submissions were answered meanwhile.
async function underLoad(disturb) {
  const before = load.submitted.size;
  load.running = true;
  const ended = Promise.all(people.map((browser, i) =>
    i < SUBMITTERS ? person(browser, () => load.drafts.pop(), submit) : person(browser, () => load.toReceive.shift(), receive)));
  ended.catch(() => {}); // reported below
  const grown = async (by) => {
    const from = load.submitted.size;
    for (let i = 0; load.submitted.size < from + by; i++) {
      assert.ok(i < 3000, 'no submission succeeds');
      await sleep(10);
    }
  };
  try {
    await grown(5);
    await sleep(Math.random() * 1000);
    await disturb();
    await grown(5);
  } finally {
    load.running = false;
  }
  await ended;
  return load.submitted.size - before;
}

async function answersAgain(seconds) {
  for (const deadline = Date.now() + seconds * 1000; ; await sleep(50)) {
    const answer = await fetch(`http://127.0.0.1:${world.port}/thu-tuc`).catch(() => null);
    if (answer?.status === 200) return;
    assert.ok(Date.now() < deadline, `the portal does not come back: ${answer?.status}`);
  }
}

const killServer = async () => {
  await world.stop(world.server, 'SIGKILL');
  await world.startServer(knobs());
};

async function killDatabase() {
  const server = world.server;
  const file = `${(await world.psql('SHOW data_directory')).trim()}/postmaster.pid`;
  process.kill(Number(fs.readFileSync(file, 'utf8').split('\n')[0]), 'SIGKILL');
  // Every page says 503 and when to come back.
  let refused = null;
  for (let i = 0; i < 100 && refused?.status !== 503; i++) {
    refused = await fetch(`http://127.0.0.1:${world.port}/thu-tuc`).catch(() => null);
    if (refused?.status !== 503) await sleep(20);
  }
  assert.equal(refused?.status, 503);
  assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/);
  for (let i = 0; ; i++) {
    try {
      await world.startDatabase();
      break;
    } catch (error) {
      if (i === 40) throw error; // sessions of the killed one must have ended first
      await sleep(250);
    }
  }
  await answersAgain(20);
  assert.equal(world.server, server);
  assert.equal(server.exitCode, null);
}

const rounds = [['the server', killServer], ['the postmaster', killDatabase], ['the server again', killServer], ['the postmaster again', killDatabase]];
for (const [name, disturb] of rounds)
  test(`work goes on after ${name} was killed in mid-load`, async () => {
    assert.ok((await underLoad(disturb)) > 5, 'too little load to prove anything');
  });

test('an orderly restart of the database needs no restart of the portal', async () => {
  await output(program, ['cluster', 'stop', '--data', world.data]);
  const refused = await fetch(`http://127.0.0.1:${world.port}/thu-tuc`);
  assert.equal(refused.status, 503);
  assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/);
  assert.doesNotMatch(await refused.text(), /PG|postgres|socket/i);
  await world.startDatabase();
  await answersAgain(20);
});

test('nobody was told anything but success or "try again"', () => {
  assert.deepEqual(load.wrong, []);
  assert.ok(load.unavailable.length > 0);
  assert.ok(load.unavailable.every((value) => /^\d+$/.test(value)), 'each 503 says when to come back');
});

test('every answered submission is there, once, under the code that was shown', async () => {
  assert.ok(load.submitted.size > 40, `${load.submitted.size} submissions`);
  const rows = new Map((await world.psql('SELECT id, code FROM dossier')).trim().split('\n').map((row) => row.split('|')));
  for (const [draft, code] of load.submitted) assert.equal(rows.get(draft), code);
  const browser = people[0];
  const slip = await patient(() => browser.get(`/ho-so/${[...load.submitted.values()].at(-1)}/giay-hen`));
  assert.equal(slip.status, 200);
  // The same draft again, after all the crashes: the same dossier.
  for (const [draft, code] of [...load.submitted].slice(0, 20)) {
    const again = await patient(() => browser.post(`/ho-so/nhap/${draft}/nop`, { agree: '1', return_channel: 'counter' }));
    assert.equal(again.headers.location, `/ho-so/${code}/giay-hen`);
  }
  assert.equal(Number(await world.psql('SELECT count(*) FROM dossier')), rows.size);
});

test('every step that was answered is done', async () => {
  assert.ok(load.received.size > 5, `${load.received.size} dossiers received`);
  const rows = new Set((await world.psql(`SELECT d.id FROM dossier d WHERE d.received_at IS NOT NULL AND d.due_at IS NOT NULL AND d.status <> 'submitted'
    AND EXISTS (SELECT 1 FROM event e WHERE e.tenant_id = d.tenant_id AND e.dossier_id = d.id AND e.kind = 'received')
    AND EXISTS (SELECT 1 FROM task t WHERE t.tenant_id = d.tenant_id AND t.dossier_id = d.id AND t.state = 'done')`)).trim().split('\n'));
  for (const dossier of load.received) assert.ok(rows.has(dossier), dossier);
});

test('no dossier is half written', async () => {
  const half = await world.psql(`
    SELECT d.id, 'state or task' FROM dossier d LEFT JOIN workflow_instance w ON w.tenant_id = d.tenant_id AND w.dossier_id = d.id
      WHERE w.dossier_id IS NULL OR (w.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM task t WHERE t.tenant_id = d.tenant_id
        AND t.dossier_id = d.id AND t.state IN ('open', 'waiting')))
    UNION ALL
    SELECT d.id, 'events' FROM dossier d WHERE d.event_count < 1 OR d.event_count <> (SELECT count(*) FROM event e
      WHERE e.tenant_id = d.tenant_id AND e.dossier_id = d.id)
    UNION ALL
    SELECT d.id, 'two answers to one task' FROM dossier d JOIN event e ON e.tenant_id = d.tenant_id AND e.dossier_id = d.id
      AND e.kind = 'received' GROUP BY d.id HAVING count(*) > 1
    UNION ALL
    SELECT r.id, 'draft' FROM draft r WHERE (r.submitted_at IS NOT NULL) <> EXISTS (SELECT 1 FROM dossier d
      WHERE d.tenant_id = r.tenant_id AND d.id = r.id)`);
  assert.equal(half, '');
  const gaps = await world.psql(`SELECT c.value - count(d.id) FROM counter c LEFT JOIN dossier d ON d.tenant_id = c.tenant_id
    WHERE c.series LIKE 'dossier:%' GROUP BY c.tenant_id, c.series, c.value HAVING c.value <> count(d.id)`);
  assert.equal(gaps, '', 'numbers of the day without a dossier');
});

test('the chains of events are whole', async () => {
  const said = await output(program, ['audit', 'verify', '--database-url', world.url, '--data', world.data]);
  assert.match(said, /\d/);
});
