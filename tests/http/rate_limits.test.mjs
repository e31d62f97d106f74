// The knob rate-limits of motcua serve: usual limits refuse a burst with 429 and Retry-After, 0 lifts them.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import path from 'node:path';
import { Browser } from '../load/client.mjs';
import { World, root } from '../load/setup.mjs';

const program = path.resolve(root, process.env.MOTCUA_TEST_PROGRAM ?? path.join(process.env.MOTCUA_BUILD ?? 'build/check', 'motcua'));
const world = new World(program);
after(() => world.end());

// How a burst on a page of the sign-in class is answered: [status, Retry-After] of each.
async function burst(knobs) {
  await world.startServer({ workers: 4, 'job-workers': 0, 'sample-city': 'no', 'password-memory': '8M', 'password-passes': 1, ...knobs });
  const browser = new Browser(world.port);
  await browser.get('/tra-cuu');
  const answers = [];
  for (let i = 0; i < 25; i++) {
    const answer = await browser.post('/tra-cuu', { code: '000.00.00.H26-170101-0001', secret: 'ABCD1234' });
    answers.push([answer.status, answer.headers['retry-after']]);
  }
  browser.close();
  await world.stop(world.server);
  return answers;
}

test('the usual limits refuse a burst and say when to come back', async () => {
  await world.startDatabase();
  const answers = await burst({ 'database-url': world.url });
  assert.notEqual(answers[0][0], 429);
  assert.equal(answers.at(-1)[0], 429);
  assert.match(answers.at(-1)[1], /^\d+$/);
});

test('tighter limits refuse sooner', async () => {
  const answers = await burst({ 'database-url': world.url, 'rate-limits': 10 });
  assert.ok(answers.findIndex(([status]) => status === 429) <= 3);
});

test('without limits nothing is refused', async () => {
  const answers = await burst({ 'database-url': world.url, 'rate-limits': 0 });
  assert.ok(answers.every(([status]) => status !== 429), JSON.stringify(answers));
});
