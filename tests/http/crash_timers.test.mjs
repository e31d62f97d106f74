// Timers under load while the server is killed at random moments: none is forgotten, none fires twice, no step is lost or doubled.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { World, root } from '../load/setup.mjs';
import { publishTimed, releaseTimers, timedDossiers } from '../load/timed.mjs';

const program = path.resolve(root, process.env.MOTCUA_TEST_PROGRAM ?? path.join(process.env.MOTCUA_BUILD ?? 'build/check', 'motcua'));
const DOSSIERS = 40, REMINDERS = 5, KILLS = 5;

let world;
const knobs = () => ({ 'database-url': world.url, port: world.port, workers: 2, 'rate-limits': 0, 'job-workers': 3, 'job-interval': '100ms' });
const number = async (sql) => Number(await world.psql(sql));
const fired = () => number("SELECT count(*) FROM event WHERE kind = 'timer_fired'");

before(async () => {
  world = new World(program, null, process.env.MOTCUA_TEST_CITY);
  await world.startDatabase(); // a durable one
  await world.startServer({ ...knobs(), port: undefined });
  await publishTimed(world, `<timeCycle xsi:type="tFormalExpression">R${REMINDERS}/PT2S</timeCycle>`);
  await sleep(2500); // until the server knows the new version
  await timedDossiers(world, DOSSIERS - 1);
});
after(() => world?.end());

test(`${DOSSIERS} dossiers with ${REMINDERS} reminders each, and a server that is killed ${KILLS} times`, async () => {
  await releaseTimers(world);
  for (let kill = 0; kill < KILLS; kill++) {
    const before = await fired();
    for (let i = 0; (await fired()) === before && (await number('SELECT count(*) FROM timer')) > 0 && i < 600; i++) await sleep(50);
    await sleep(Math.random() * 500); // while some are claimed, some are being written
    await world.stop(world.server, 'SIGKILL');
    // what the dead one held comes back after the lease; nobody wants to wait for that here
    await world.psql("UPDATE timer SET next_at = least(next_at, now() + interval '1 second')");
    await world.startServer({ ...knobs(), 'sample-city': 'no' });
  }
  for (let i = 0; (await number('SELECT count(*) FROM timer')) > 0; i++) {
    assert.ok(i < 900, `${await fired()} of ${DOSSIERS * REMINDERS} have fired`);
    await sleep(200);
  }
  assert.equal(await fired(), DOSSIERS * REMINDERS);
});

test('each dossier was reminded as often as its model says, each time by one step', async () => {
  assert.equal(await world.psql(`SELECT d.id, e.n, t.n FROM dossier d
    LEFT JOIN LATERAL (SELECT count(*) AS n FROM event e WHERE e.dossier_id = d.id AND e.kind = 'timer_fired') e ON true
    LEFT JOIN LATERAL (SELECT count(*) AS n FROM task t WHERE t.dossier_id = d.id AND t.element_id = 'duoc_nhac') t ON true
    WHERE e.n <> ${REMINDERS} OR t.n <> ${REMINDERS}`), '');
  assert.equal(await world.psql('SELECT dossier_id FROM event GROUP BY dossier_id HAVING max(sequence) <> count(*)'), '');
  assert.equal(await number('SELECT count(*) FROM incident'), 0);
});
