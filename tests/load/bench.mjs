// The load test. Usage: see ./bench --help. Every workload runs in turn by wrk against the server and by pgbench with the
// SQL that the server sends for it (record.mjs), with as many clients, in interleaved rounds; medians and their ratio.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Browser } from './client.mjs';
import { Recorder, countStatements, countTrips, script } from './record.mjs';
import { World, here, output, root } from './setup.mjs';
import { submitTemplate, workloads } from './workloads.mjs';

const usage = `tests/load/bench [--dossiers N] [--tenants N] [--seconds S] [--rounds N] [--clients N] [--program FILE] [--json FILE] [workload...]

  --dossiers N   open dossiers in the database (1000000)
  --tenants N    agencies that hold them (100)
  --seconds S    length of one measurement (5)
  --rounds N     interleaved rounds, of which the median counts (3)
  --clients N    connections of wrk and of pgbench; workers of the server (16)
  --program FILE the program (build/release/motcua)
  --json FILE    writes the figures there, too
  --keep         leaves the filled cluster and prints its folder
  --use FOLDER   measures in a cluster that --keep left, filled with the same numbers; leaves it, too

Workloads: ${Object.keys(workloads).join(' ')}`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dossiers: { type: 'string', default: '1000000' }, tenants: { type: 'string', default: '100' }, seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' }, clients: { type: 'string', default: '16' }, json: { type: 'string' },
    program: { type: 'string', default: path.join(root, 'build/release/motcua') }, keep: { type: 'boolean' }, use: { type: 'string' }, help: { type: 'boolean' },
  },
});
if (options.help) {
  console.log(usage);
  process.exit(0);
}
const number = (name, least) => {
  const value = Number(options[name]);
  if (!Number.isSafeInteger(value) || value < least) throw new Error(`--${name} must be a whole number from ${least}`);
  return value;
};
const [dossiers, tenants, seconds, rounds, clients] = [number('dossiers', 1000), number('tenants', 1), number('seconds', 1), number('rounds', 1), number('clients', 1)];
const writers = Math.min(8, tenants);
const drafts = 2000 * seconds * rounds, draftsEach = Math.ceil((drafts * 1.5) / writers / clients) + 5;
// Steps that HTTP and pgbench can take: more than either can, warming included.
const steps = 2 * 600 * (seconds + 8) * rounds;
const chosen = positionals.length > 0 ? positionals : Object.keys(workloads);
for (const name of chosen) if (!(name in workloads)) throw new Error(`no workload ${name}: ${Object.keys(workloads).join(' ')}`);

const say = (text) => console.error(`[${new Date().toTimeString().slice(0, 8)}] ${text}`);
// pgbench connects, prepares and plans anew in every run: what it does first does not count. Few samples keep that short.
// Writes have a script an agency, many statements each: they need longer.
const warming = (name) => (workloads[name].once ? 8 : 3), samples = 4;
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const world = new World(path.resolve(options.program), options.use);
options.keep ||= options.use !== undefined;
const facts = () => ({ world, port: world.port, tenants, drafts, writers, rounds, clients, each: draftsEach });

async function fill() {
  await world.startDatabase();
  if (options.use) await output('psql', ['-XAtq', '-f', path.join(here, 'renew.sql'), world.url]);
  await world.startServer({ workers: clients, 'job-workers': 0, 'rate-limits': 0, 'address-limit': 10000 });
  if (options.use) return;
  const template = await submitTemplate(world.port, world);
  say(`filling: ${dossiers} open dossiers of ${tenants} agencies, ${drafts} drafts`);
  const begin = Date.now();
  const variables = { tenants, dossiers, writers, drafts, steps, clients, drafts_each: draftsEach, template };
  const answer = await output('psql', ['-XAtq', ...Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`]), '-f', path.join(here, 'fill.sql'), world.url]);
  say(`filled in ${Math.round((Date.now() - begin) / 1000)} s: ${answer.trim().split('\n').at(-1)}`);
}

async function send(browser, { method, path: target, cookie, body }) {
  const answer = await browser.request(method, target, body === '' ? undefined : body, { ...(cookie && { Cookie: cookie }) });
  if (answer.status >= 400) throw new Error(`${method} ${target} answers ${answer.status}: ${answer.text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').slice(0, 300)}`);
  return answer;
}

// Scripts for pgbench out of recorded requests; [] when the server asks the database nothing.
async function record(name, recorder) {
  const work = workloads[name];
  const requests = work.record ? await work.record(facts()) : (await work.prepare({ ...facts(), round: 0 })).slice(0, samples);
  const browser = new Browser(world.port);
  const files = [], counters = [];
  let each = draftsEach;
  for (const [i, request] of requests.entries()) {
    const units = await recorder.statements(() => send(browser, request));
    if (units.length === 0) continue;
    const { head = '', replace = [], counter, ...more } = request.script?.(facts()) ?? {};
    each = more.each ?? each;
    const known = request.ids ? await knownIds(units) : new Set();
    const text = script(units, { head, replace: new Map(replace), types: await recorder.types(units), isNew: (value) => request.ids !== undefined && !known.has(value) });
    const file = path.join(world.folder, `${name}-${i}.sql`);
    fs.writeFileSync(file, text);
    files.push(file);
    if (counter) counters.push(counter);
  }
  browser.close();
  const sample = files.length > 0 ? fs.readFileSync(files.at(-1), 'utf8') : '';
  return { files, counters, each, trips: countTrips(sample), statements: countStatements(sample) };
}

// Ids that are not made by the request itself.
async function knownIds(units) {
  const ids = new Set(units.flat().flatMap(({ values }) => values).filter((value) => /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(value ?? '')));
  const list = [...ids].map((one) => `'${one}'::uuid`).join(',');
  const tables = ['account', 'tenant', 'unit', 'procedure', 'procedure_version', 'membership', 'session'];
  const rows = await world.psql(tables.map((table) => `SELECT id FROM ${table} WHERE id IN (${list})`).join(' UNION '));
  return new Set([...rows.trim().split('\n'), '00000000-0000-0000-0000-000000000000', ...[...ids].filter((one) => one.startsWith('01930000-0000-7'))]);
}

async function runWrk(name, port, requests) {
  const work = workloads[name], file = path.join(world.folder, `${name}.requests`);
  fs.writeFileSync(file, requests.map(({ method, path: target, cookie, body }) => [method, target, cookie, body].join('\t')).join('\n') + '\n');
  const text = await output('wrk', ['-t1', `-c${clients}`, `-d${seconds}s`, '--timeout', '20s', '-s', path.join(here, 'wrk.lua'), `http://127.0.0.1:${port}`],
    { env: { ...process.env, BENCH_REQUESTS: file, BENCH_THREADS: '1', BENCH_ONCE: work.once ? '1' : '0' } });
  const answer = /RESULT (\{.*\})/.exec(text);
  if (!answer) throw new Error(`${name}: wrk has no result: ${text}`);
  const result = JSON.parse(answer[1]);
  if (result.refused + result.broken > 0) say(`${name}: ${result.refused} answers of 400 and above, ${result.broken} broken connections`);
  if (result.ran_out > 0) say(`${name}: ran out of prepared requests; fewer --seconds or more --rounds`);
  return { rate: result.requests / result.seconds, ...result };
}

async function runPgbench(name, { files, counters, each }, round) {
  const prefix = path.join(world.folder, `pgbench-${name}-${round}`);
  const done = counters.map((counter) => `-D${counter}=${-1 + Math.floor((round * each) / rounds)}`);
  for (const old of fs.readdirSync(world.folder)) if (old.startsWith(`pgbench-${name}-`)) fs.rmSync(path.join(world.folder, old));
  const text = await output('pgbench', ['-n', '-M', 'prepared', '-c', clients, '-j', 1, '-T', seconds + warming(name),
    '-l', '--log-prefix', prefix, ...done,
    ...files.flatMap((file) => ['-f', file]), world.url].map(String),
  { env: { ...process.env, PGOPTIONS: '-c role=motcua_app -c search_path=public' } });
  const lines = fs.readdirSync(world.folder).filter((one) => one.startsWith(path.basename(prefix) + '.'))
    .flatMap((file) => fs.readFileSync(path.join(world.folder, file), 'utf8').trim().split('\n')).map((line) => line.split(' ').map(Number)).filter((line) => line.length >= 6);
  const ended = ([, , , , second, microsecond]) => second + microsecond / 1e6;
  const end = lines.reduce((latest, line) => Math.max(latest, ended(line)), 0);
  const times = lines.filter((line) => ended(line) > end - seconds).map((line) => line[2] / 1000).sort((a, b) => a - b);
  if (times.length === 0) throw new Error(`${name}: pgbench has no result: ${text.slice(0, 600)}`);
  const failed = Number(/number of failed transactions: (\d+)/.exec(text)?.[1] ?? 0);
  if (failed > 0) say(`${name}: ${failed} transactions of pgbench failed`);
  return { rate: times.length / seconds, p50: times[Math.floor(times.length / 2)], p99: times[Math.floor(times.length * 0.99)] };
}

async function staticFile() {
  const { status, text } = await new Browser(world.port).get('/');
  const url = /href="([^"]*\.css)"/.exec(text)?.[1]?.replaceAll('&#x2F;', '/');
  if (!url) throw new Error(`no style sheet on the first page (${status})`);
  const body = (await new Browser(world.port).get(url)).text;
  const folder = path.join(world.folder, 'files');
  fs.mkdirSync(path.join(folder, path.dirname(url)), { recursive: true });
  fs.writeFileSync(path.join(folder, url), body);
  await world.startNginx(folder);
  return [{ method: 'GET', path: url, cookie: '', body: '' }];
}

function summary(list) {
  return { rate: median(list.map((one) => one.rate)), p50: median(list.map((one) => one.p50)), p99: median(list.map((one) => one.p99)) };
}

async function main() {
  await fill();
  const plans = {}, results = {};
  const recorder = new Recorder(world);
  await recorder.begin();
  for (const name of chosen.filter((one) => !workloads[one].nginx)) plans[name] = await record(name, recorder);
  await recorder.end();
  const files = chosen.includes('static') ? await staticFile() : null;
  // Every worker of the server has prepared and planned its statements.
  for (const name of chosen.filter((one) => !workloads[one].once && !workloads[one].nginx)) await runWrk(name, world.port, await workloads[name].prepare({ ...facts(), round: 0 }));
  for (let round = 0; round < rounds; round++) {
    for (const name of chosen) {
      const requests = files && workloads[name].nginx ? files : await workloads[name].prepare({ ...facts(), round });
      const one = (results[name] ??= { http: [], other: [] });
      one.http.push(await runWrk(name, world.port, requests));
      if (workloads[name].nginx) one.other.push(await runWrk(name, world.nginxPort, requests));
      else if (plans[name].files.length > 0) one.other.push(await runPgbench(name, plans[name], round));
      say(`round ${round + 1} ${name}: ${one.http.at(-1).rate.toFixed(0)}/s, ${one.other.at(-1)?.rate.toFixed(0) ?? '-'}/s`);
    }
  }
  return chosen.map((name) => ({ name, title: workloads[name].title, http: summary(results[name].http),
    refused: results[name].http.reduce((sum, one) => sum + one.refused + one.broken + one.ran_out, 0),
    other: results[name].other.length > 0 ? summary(results[name].other) : null, trips: plans[name]?.trips, statements: plans[name]?.statements }));
}

function print(rows) {
  const ms = (value) => (value === undefined ? '-' : value.toFixed(1));
  console.log(`\n${os.cpus().length} x ${os.cpus()[0].model.trim()}, load ${os.loadavg()[0].toFixed(1)}; ${dossiers} open dossiers, ${tenants} agencies, ${clients} clients, median of ${rounds} rounds of ${seconds} s`);
  console.log('| workload | motcua /s | p50 ms | p99 ms | same SQL by pgbench (static: nginx) /s | p50 ms | p99 ms | ratio | round trips / statements |');
  console.log('|---|---|---|---|---|---|---|---|---|');
  for (const { title, http, other, trips, statements, refused } of rows)
    console.log(`| ${title} | ${http.rate.toFixed(0)}${refused ? ` (${refused} failed)` : ''} | ${ms(http.p50)} | ${ms(http.p99)} | ${other?.rate.toFixed(0) ?? '-'} | ${ms(other?.p50)} | ${ms(other?.p99)} | ${other ? (http.rate / other.rate).toFixed(2) : '-'} | ${trips === undefined ? '-' : `${trips} / ${statements}`} |`);
}

let failed = false;
const stop = async () => {
  await world.end(options.keep);
  if (options.keep) console.error(`kept: --use ${world.folder}`);
};
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { failed = true; stop().finally(() => process.exit(130)); });
try {
  const rows = await main();
  print(rows);
  if (options.json) fs.writeFileSync(options.json, JSON.stringify(rows, null, 1));
  failed = rows.some((row) => row.refused > 0);
  process.exitCode = failed ? 1 : 0;
} catch (error) {
  console.error(`bench: ${error.message}`);
  failed = true;
  process.exitCode = 1;
} finally {
  await stop();
}
process.exit();
