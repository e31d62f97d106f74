// How fast the server drains timers that are due all at once, and what people who work meanwhile notice of it.
//   tests/load/timers.mjs [--timers N] [--clients N] [--job-workers N] [--program FILE]
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { Browser } from './client.mjs';
import { World, root } from './setup.mjs';
import { publishTimed, releaseTimers, timedDossiers } from './timed.mjs';

const { values: options } = parseArgs({
  options: {
    timers: { type: 'string', default: '20000' }, clients: { type: 'string', default: '8' }, 'job-workers': { type: 'string' },
    program: { type: 'string', default: path.join(root, 'build/release/motcua') },
  },
});
const [timers, clients] = [Number(options.timers), Number(options.clients)];
const { password } = JSON.parse(readFileSync(path.join(root, 'samples/city.json'), 'utf8'));
const world = new World(path.resolve(options.program));

// Pages that clients read one after the other until `done()`; milliseconds of each answer.
async function work(people, done) {
  const times = [];
  await Promise.all(people.map(async (browser) => {
    while (!done()) {
      const from = performance.now();
      const answer = await browser.get('/can-bo');
      if (answer.status !== 200) throw new Error(`the queue answers ${answer.status}`);
      times.push(performance.now() - from);
    }
  }));
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor((times.length - 1) * share)];
  return { pages: times.length, p50: at(0.5), p99: at(0.99) };
}
const said = ({ pages, p50, p99 }, seconds) => `${(pages / seconds).toFixed(0)} pages/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;

try {
  await world.startDatabase();
  const knobs = { 'database-url': world.url, workers: 8, 'rate-limits': 0, ...(options['job-workers'] && { 'job-workers': options['job-workers'] }) };
  await world.startServer(knobs);
  await publishTimed(world, '<timeDuration xsi:type="tFormalExpression">PT20S</timeDuration>');
  await sleep(2500); // until the server knows the new version
  await timedDossiers(world, timers);
  const people = [];
  for (let i = 0; i < clients; i++) {
    people.push(new Browser(world.port));
    await people[i].signIn('mot-cua@dich-vong-cau-giay.example', password);
  }
  let over = false;
  const quiet = Date.now() + 5000;
  const alone = await work(people, () => Date.now() > quiet);
  console.log(`clients alone: ${said(alone, 5)}`);
  await releaseTimers(world);
  const from = performance.now();
  const meanwhile = work(people, () => over);
  meanwhile.catch(() => {});
  // Asked seldom and for little: a count of what is left would itself slow down what is measured.
  while ((await world.psql('SELECT EXISTS (SELECT FROM timer)')).trim() === 't') {
    if (performance.now() - from > 1800000) throw new Error('timers are left after half an hour');
    await sleep(1000);
  }
  const seconds = (performance.now() - from) / 1000;
  over = true;
  console.log(`clients meanwhile: ${said(await meanwhile, seconds)}`);
  const fired = Number(await world.psql("SELECT count(*) FROM event WHERE kind = 'timer_fired'"));
  console.log(`${fired} timers fired in ${seconds.toFixed(1)} s: ${(fired / seconds).toFixed(0)} a second`);
  for (const browser of people) browser.close();
} finally {
  await world.end();
}
