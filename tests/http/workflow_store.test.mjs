// Every scenario of the workflow engine three ways: kept in memory, in the database, and in the database with everything
// forgotten and loaded again after each command. The same answers each time, and the traces that the unit tests have seen.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';

const program = path.resolve(process.env.MOTCUA_TEST_PROGRAM ?? 'build/check/motcua');
const build = path.resolve(process.env.MOTCUA_BUILD ?? 'build/check');
const folder = mkdtempSync(path.join(os.tmpdir(), 'motcua-store-'));
chmodSync(folder, 0o711);
const environment = { ...process.env, MOTCUA_DATA: path.join(folder, 'data'), MOTCUA_SHARE: process.cwd() };
delete environment.DATABASE_URL;

// A console as a person has it: a line in, a line out.
class Console {
  constructor(files, args = [], env = environment) {
    this.child = spawn(program, ['workflow', 'console', ...files, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.errors = '';
    this.child.stderr.on('data', (data) => (this.errors += data));
    this.ended = new Promise((resolve) => this.child.on('close', (code, signal) => resolve({ code, signal })));
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.child.stdin.on('error', () => {});
  }

  async say(command) {
    this.child.stdin.write(`${JSON.stringify(command)}\n`);
    const { value, done } = await this.lines.next();
    assert.ok(!done, `the console ended: ${this.errors}`);
    return JSON.parse(value);
  }

  async close() {
    this.child.stdin.end();
    const { code, signal } = await this.ended;
    assert.equal(`${code} ${signal}`, '0 null', this.errors);
    assert.doesNotMatch(this.errors, /Sanitizer|runtime error/);
  }
}

const at = ['--at', '2026-11-24T08:00'];
const database = [...at, '--store', 'database'];
const bare = ({ session, ...answer }) => answer;

const always = () => true;
const never = () => false;

// All commands, with what each answered; a restart after those that `restart` names by their place.
async function play(files, args, commands, restart = never) {
  const one = new Console(files, args);
  const answers = [];
  for (const [index, command] of commands.entries()) {
    answers.push(bare(await one.say(command)));
    if (restart(index)) {
      const again = await one.say({ do: 'restart' });
      assert.deepEqual(again.instances, answers.at(-1).instances, JSON.stringify(command));
      assert.deepEqual(again.trace, []);
    }
  }
  await one.close();
  return answers;
}

async function threeWays(files, commands, restart = always) {
  const ways = await Promise.all([
    play(files, at, commands),
    play(files, database, commands),
    play(files, database, commands, restart),
  ]);
  for (const [index, command] of commands.entries()) {
    assert.deepEqual(ways[1][index], ways[0][index], `database: ${JSON.stringify(command)}`);
    assert.deepEqual(ways[2][index], ways[0][index], `database with restarts: ${JSON.stringify(command)}`);
  }
  return ways[0];
}

let made = 0;
function model(body, name = `model-${++made}.bpmn`) {
  const file = path.join(folder, name);
  writeFileSync(file, `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:motcua="http://motcua.vn/bpmn/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="t">${body}</definitions>`);
  return file;
}
const flow = (from, to) => `<sequenceFlow id="${from}_${to}" sourceRef="${from}" targetRef="${to}"/>`;
const chain = (...ids) => ids.slice(1).map((id, index) => flow(ids[index], id)).join('');
const simple = (id, ...tasks) =>
  `<process id="${id}" isExecutable="true"><startEvent id="s"/>${tasks.map((task) => `<userTask id="${task}"/>`).join('')}<endEvent id="e"/>${chain('s', ...tasks, 'e')}</process>`;

function sql(text, url = environment.DATABASE_URL) {
  const result = spawnSync('psql', ['-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', url], { input: text, encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout.trim();
}

before(() => {
  const started = spawnSync(program, ['cluster', 'start', '--throwaway', '--data', path.join(folder, 'cluster')], { encoding: 'utf8', env: environment });
  assert.equal(started.status, 0, started.stderr);
  environment.DATABASE_URL = started.stdout.trim();
});
after(() => {
  spawnSync(program, ['cluster', 'stop', '--throwaway', '--data', path.join(folder, 'cluster')], { env: environment });
  rmSync(folder, { recursive: true, force: true });
});

// ---- what the unit tests play ----

const suites = ['activities', 'events', 'gateways', 'unified', 'state', 'lint'];
const marks = { started: '+', completed: '.', cancelled: '!' };

// Instances that were there before, added to the "@1.7" of a scenario.
const shifted = (command, before) =>
  JSON.parse(JSON.stringify(command), (_, value) => (typeof value === 'string' ? value.replace(/^@(\d+)/, (_, number) => String(Number(number) + before)) : value));

function recorded() {
  const target = path.join(folder, 'played');
  mkdirSync(target);
  for (const suite of suites) {
    const result = spawnSync(path.join(build, 'tests/unit', `unit_test_${suite}`), [], { env: { ...process.env, PLAY_RECORD: target }, encoding: 'utf8' });
    assert.equal(result.status, 0, result.stdout);
  }
  const lines = (file) => readFileSync(path.join(target, file), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  return readdirSync(target)
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => ({ name: file, file: path.join(target, file.replace('.jsonl', '.bpmn')), lines: lines(file) }))
    .filter((scenario) => scenario.lines.length > 0);
}

// Many scenarios one after the other in one console: each deploys its file as the newest version of its processes.
function script(scenarios) {
  const commands = [];
  let instances = 0;
  for (const scenario of scenarios) {
    commands.push({ scenario, command: { do: 'deploy', file: scenario.file, force: true } });
    for (const line of scenario.lines) commands.push({ scenario, command: shifted(line.command, instances), trace: line.trace });
    instances += scenario.lines.filter((line) => line.command.do === 'start').length;
  }
  return commands;
}

describe('scenarios of the unit tests', { concurrency: 2 }, () => {
  const batch = 15;
  const parts = recordedInParts(batch);
  for (const [index, part] of parts.entries()) {
    test(`part ${index + 1} of ${parts.length}`, async () => {
      const commands = script(part);
      const answers = await threeWays([model(simple('first', 'a'))], commands.map((entry) => entry.command), (place) => commands[place].trace !== undefined);
      for (const [place, { scenario, command, trace }] of commands.entries()) {
        const answer = answers[place];
        if (command.do === 'deploy') assert.ok(answer.version > 0 || answer.unchanged, `${scenario.name}: ${answer.error}`);
        if (trace === undefined) continue;
        assert.ok(answer.ok, `${scenario.name}: ${JSON.stringify(command)}: ${answer.error}`);
        assert.equal(answer.trace.map((entry) => entry.element + marks[entry.event]).join(' '), trace, `${scenario.name}: ${JSON.stringify(command)}`);
      }
    });
  }
});

function recordedInParts(size) {
  const scenarios = recorded();
  assert.ok(scenarios.length > 100, `${scenarios.length} scenarios`);
  return Array.from({ length: Math.ceil(scenarios.length / size) }, (_, index) => scenarios.slice(index * size, (index + 1) * size));
}

// ---- models of the samples, walked as far as they go ----

async function walk(file) {
  const one = new Console([file], at);
  const commands = [{ do: 'start', data: { decision: 'approve', outcome: 'accept' } }];
  let answer = await one.say(commands[0]);
  for (let step = 0; step < 8 && answer.instances.some((instance) => !instance.ended); step++) {
    const tasks = answer.instances.flatMap((instance) => instance.tasks);
    const command = tasks.length > 0 ? { do: 'complete', task: tasks[step % tasks.length].id, data: { outcome: 'accept', step } } : { do: 'advance', seconds: 86400 * 5 };
    commands.push(command);
    answer = await one.say(command);
  }
  await one.close();
  return commands;
}

test('the workflows of the sample procedures', async () => {
  const files = readdirSync('samples/procedures', { recursive: true }).filter((file) => file.endsWith('.bpmn'));
  assert.ok(files.length > 0);
  await Promise.all(files.map(async (file) => threeWays([path.join('samples/procedures', file)], await walk(path.join('samples/procedures', file)))));
});

// ---- what only the console does ----

const waiting = (answer) => answer.instances.flatMap((instance) => instance.waiting);
const tasks = (answer) => answer.instances.flatMap((instance) => instance.tasks.map((task) => task.element));

test('messages, signals, timers and calls of several files', async () => {
  const files = [
    model(`<message id="m" name="hello"/><message id="n" name="order"/><signal id="g" name="go"/>
      <process id="p" isExecutable="true"><startEvent id="s"><messageEventDefinition messageRef="n"/></startEvent><callActivity id="c" calledElement="q"/>
      <intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>PT2H</timeDuration></timerEventDefinition></intermediateCatchEvent>
      <intermediateThrowEvent id="x"><signalEventDefinition signalRef="g"/></intermediateThrowEvent><endEvent id="e"/>${chain('s', 'c', 't', 'x', 'e')}</process>
      <process id="r" isExecutable="true"><startEvent id="rs"><timerEventDefinition><timeCycle>R3/PT1H</timeCycle></timerEventDefinition></startEvent>
      <intermediateCatchEvent id="rc"><signalEventDefinition signalRef="g"/></intermediateCatchEvent><endEvent id="re"/>${chain('rs', 'rc', 're')}</process>`),
    model(`<message id="m" name="hello"/><process id="q" isExecutable="true"><startEvent id="qs"/><intermediateCatchEvent id="qm"><messageEventDefinition messageRef="m"/></intermediateCatchEvent><endEvent id="qe"/>${chain('qs', 'qm', 'qe')}</process>`),
  ];
  const answers = await threeWays(files, [
    { do: 'deploy' },
    { do: 'message', name: 'hello', key: 'A7', data: { amount: 0.1, note: 'Đã nộp', list: [1, null, { a: true }] } },
    { do: 'message', name: 'hello', key: 'A7', data: { amount: 2 } },
    { do: 'message', name: 'hello', ttl: 0, data: { amount: 3 } },
    { do: 'advance', seconds: 1 },
    { do: 'message', name: 'order', data: { who: 'An' } },
    { do: 'advance', seconds: 3600 },
    { do: 'message', name: 'order', data: {} },
    { do: 'message', name: 'hello', data: {} },
    { do: 'advance', to: '2026-11-24T12:00' },
    { do: 'nonsense' },
    { do: 'history' },
  ]);
  assert.equal(answers[5].instances[0].data.who, 'An');
  assert.equal(answers[5].trace.filter((entry) => entry.element === 'qm').length, 2, 'the kept message was taken');
  assert.ok(answers[9].instances.every((instance) => instance.ended), JSON.stringify(answers[9].instances));
  assert.equal(answers[11].history.length, answers.flatMap((answer) => answer.trace).length);
});

test('a newer file is a version of its own: who runs stays, until moved', async () => {
  const old = model(simple('p', 'a', 'b'));
  const fresh = model(simple('p', 'a', 'c'));
  const answers = await threeWays([old], [
    { do: 'start' },
    { do: 'start' },
    { do: 'complete', task: 'a', instance: '2' },
    { do: 'deploy', file: old },
    { do: 'deploy', file: fresh },
    { do: 'start' },
    { do: 'complete', task: 'a', instance: '1' },
    { do: 'start', process: 'p' },
    { do: 'migrate', preview: true },
    { do: 'migrate', instance: '1' },
    { do: 'migrate', map: { b: 'c' }, preview: true },
    { do: 'migrate', map: { b: 'c' } },
    { do: 'migrate', version: 1, instance: '3' },
    { do: 'migrate', version: 7 },
    { do: 'migrate', map: { b: 1 } },
    { do: 'complete', task: 'c', instance: '1' },
    { do: 'complete', task: 'a', instance: '3' },
    { do: 'history' },
    { do: 'deploy', file: path.join(folder, 'none.bpmn') },
    { do: 'deploy', file: model('<process id="p" isExecutable="true"><startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="gone"/></process>') },
    { do: 'start', process: 'p' },
  ]);
  const [, , , same, newer, , , , preview, refused, mapped, moved] = answers;
  assert.equal(same.unchanged, true);
  assert.equal(newer.version, 2);
  assert.deepEqual(tasks(answers[6]), ['b', 'b', 'a'], 'who runs stays with its version, who starts has the newest');
  assert.deepEqual([preview.ok, preview.moved, preview.refused.map((entry) => [entry.instance, entry.findings[0].element])], [false, [], [['1', 'b'], ['2', 'b']]]);
  assert.deepEqual([refused.ok, refused.code], [false, 'bpmn.migration']);
  assert.deepEqual([mapped.ok, mapped.moved, tasks(mapped)], [true, ['1', '2'], ['b', 'b', 'a', 'a']]);
  assert.deepEqual([moved.ok, moved.moved, tasks(moved)], [true, ['1', '2'], ['c', 'c', 'a', 'a']]);
  assert.deepEqual(answers[12].moved, ['3']);
  assert.deepEqual([answers[13].code, answers[14].code], ['console.version', 'console.map']);
  assert.deepEqual(answers[15].instances[0].end, 'e');
  assert.deepEqual(tasks(answers[16]), ['c', 'b', 'a'], 'moved back to the first version');
  assert.deepEqual(answers[17].history.filter((entry) => entry.event === 'migrated').map((entry) => [entry.instance, entry.from, entry.to]), [['1', 1, 2], ['2', 1, 2], ['3', 2, 1]]);
  assert.equal(answers[18].code, 'console.file');
  assert.equal(answers[19].code, 'bpmn.findings');
  assert.deepEqual(tasks(answers[20]), ['c', 'b', 'a', 'a'], 'what was refused is not deployed');
});

test('a changed calendar moves what waits for working time, and says why', async () => {
  const calendars = ['agencies.json', 'vietnam-2026.json', 'vietnam-2027.json'].map((file) => path.resolve('samples/calendars', file));
  const file = model(`<process id="p" isExecutable="true"><startEvent id="s"/><userTask id="a" motcua:limit="3 working days"/><endEvent id="e"/>
    <boundaryEvent id="b" attachedToRef="a" cancelActivity="false"><timerEventDefinition><timeDuration>3 working days</timeDuration></timerEventDefinition></boundaryEvent>
    <userTask id="late"/>${chain('s', 'a', 'e')}${flow('b', 'late')}</process>
    <process id="r" isExecutable="true"><startEvent id="rs"><timerEventDefinition><timeDuration>30 working days</timeDuration></timerEventDefinition></startEvent><userTask id="ra"/>${flow('rs', 'ra')}</process>`);
  const answers = await threeWays([file], [
    { do: 'advance', to: '2026-12-30T09:00' },
    { do: 'start', process: 'p' },
    { do: 'calendar', file: calendars, agency: 'default', reason: 'Nghỉ Tết dương lịch' },
    { do: 'history' },
    { do: 'calendar', file: 'no-such-file' },
    { do: 'calendar', file: path.resolve('package.json') },
    { do: 'advance', seconds: 86400 * 10 },
  ]);
  const [, started, moved, { history }] = answers;
  assert.ok(moved.ok, moved.error);
  assert.ok(moved.moved.length >= 2, JSON.stringify(moved));
  for (const entry of moved.moved) assert.ok(entry.to > entry.from, JSON.stringify(entry));
  assert.ok(waiting(moved)[0].due > waiting(started)[0].due);
  assert.deepEqual(history.filter((entry) => entry.event === 'moved').map((entry) => entry.reason), moved.moved.map(() => 'Nghỉ Tết dương lịch'));
  assert.equal(answers[4].code, 'console.file');
  assert.equal(answers[5].ok, false);
});

test('a signal reaches everybody behind one that fails, and the answer names it', async () => {
  const file = model(`<signal id="g" name="go"/><process id="p" isExecutable="true"><startEvent id="s"/><intermediateCatchEvent id="c"><signalEventDefinition signalRef="g"/></intermediateCatchEvent>
    <userTask id="a"><multiInstanceLoopCharacteristics isSequential="false" camunda:collection="for i in 1..n return big" camunda:elementVariable="item"/></userTask><endEvent id="e"/>${chain('s', 'c', 'a', 'e')}</process>`);
  const big = 'x'.repeat(600000); // sixteen of them are more than a state may hold
  const answers = await threeWays([file], [{ do: 'start', data: { n: 16, big } }, { do: 'start', data: { n: 2, big: 'y' } }, { do: 'signal', name: 'go' }]);
  const told = answers[2];
  assert.deepEqual([told.ok, told.heard, told.code], [false, 1, 'bpmn.state_too_large']);
  assert.deepEqual(told.failed.map((entry) => [entry.instance, entry.code]), [['1', 'bpmn.state_too_large']]);
  assert.deepEqual(tasks(told), ['a', 'a']);
});

test('a message beyond the ten thousand that are kept is refused; those whose time is over make room', async () => {
  const file = model(`<message id="m" name="news"/><collaboration id="k"><participant id="p1" processRef="p"/><participant id="p2" processRef="q"/><messageFlow id="mf" sourceRef="t" targetRef="qs"/></collaboration>
    <process id="q" isExecutable="false"><startEvent id="qs"><messageEventDefinition messageRef="m"/></startEvent></process>
    <process id="p" isExecutable="true"><startEvent id="s"/><sendTask id="t" messageRef="m"><multiInstanceLoopCharacteristics isSequential="false"><loopCardinality>n</loopCardinality></multiInstanceLoopCharacteristics></sendTask><endEvent id="e"/>${chain('s', 't', 'e')}</process>`);
  const one = new Console([file], at);
  for (const n of [4000, 4000, 1999]) assert.equal((await one.say({ do: 'start', data: { n } })).failed, undefined);
  const message = { do: 'message', name: 'm', ttl: 60 };
  assert.equal((await one.say(message)).kept, true);
  const refused = await one.say(message);
  assert.deepEqual([refused.ok, refused.kept, refused.code], [false, undefined, 'console.too_many_messages']);
  const sent = await one.say({ do: 'start', data: { n: 1 } });
  assert.deepEqual([sent.ok, sent.failed], [true, [{ instance: '4', code: 'console.too_many_messages', error: refused.error }]]);
  await one.say({ do: 'advance', seconds: 61 });
  assert.equal((await one.say(message)).kept, true);
  await one.close();
});

test('an argument of the wrong kind is refused, never read as if it were not there', async () => {
  const file = model(`<error id="x" errorCode="404"/><process id="p" isExecutable="true"><startEvent id="s"/><userTask id="a"/>
    <boundaryEvent id="b" attachedToRef="a"><errorEventDefinition errorRef="x"/></boundaryEvent><endEvent id="e"/><endEvent id="f"/>${chain('s', 'a', 'e')}${chain('b', 'f')}</process>`);
  const wrong = [
    { do: 'start', process: 5 },
    { do: 'start', message: ['m'] },
    { do: 'complete', task: 'a', nth: 0 },
    { do: 'complete', task: 'a', nth: '1' },
    { do: 'complete', task: 'a', nth: 1.5 },
    { do: 'complete', task: 'a', error: true },
    { do: 'complete', task: 'a', escalation: {} },
    { do: 'message', name: 'm', key: [] },
    { do: 'advance', to: 5, seconds: 1 },
  ];
  const good = [{ do: 'start', process: null }, { do: 'complete', task: 'a', error: 404, nth: null, instance: null }];
  const answers = await play([file], at, [good[0], ...wrong, good[1]]);
  assert.deepEqual(answers.slice(1, -1).map((answer) => answer.code), wrong.map(() => 'console.argument'));
  assert.match(answers[1].error, /"process" must be a text/);
  assert.deepEqual(tasks(answers.at(-2)), ['a']);
  assert.deepEqual([answers.at(-1).ok, answers.at(-1).instances[0].end], [true, 'f']);
});

// ---- what only the database does ----

test('a message whose time is over is removed from the database', async () => {
  const one = new Console([model(simple('p', 'a'))], database);
  const { session } = await one.say({ do: 'deploy' });
  const kept = () => sql(`SELECT count(*) FROM process_message WHERE session_id = '${session}'`);
  await one.say({ do: 'message', name: 'm', key: 'k', ttl: 60 });
  assert.equal(kept(), '1');
  await one.say({ do: 'advance', seconds: 61 });
  assert.equal(kept(), '0');
  await one.close();
});

test('a console that is killed between commands goes on by its session', async () => {
  const file = model(simple('p', 'a', 'b'));
  const one = new Console([file], database);
  const { session } = await one.say({ do: 'deploy' });
  await one.say({ do: 'start', data: { x: 1 } });
  const left = await one.say({ do: 'complete', task: 'a' });
  one.child.kill('SIGKILL');
  await one.ended;
  const two = new Console([file], ['--store', 'database', '--session', session]);
  const found = await two.say({ do: 'state' });
  assert.deepEqual([found.instances, found.now, found.trace], [left.instances, left.now, []]);
  const deployed = await two.say({ do: 'deploy' });
  assert.deepEqual([deployed.session, deployed.processes], [session, ['p']]);
  const done = await two.say({ do: 'complete', task: 'b' });
  assert.equal(done.instances[0].end, 'e');
  await two.close();
  assert.equal(sql(`SELECT count(*) FROM process_model WHERE session_id = '${session}'`), '1', 'the same file is no new version');
  const three = new Console([], ['--store', 'database', '--session', session]);
  assert.equal((await three.say({ do: 'history' })).history.length, 8);
  await three.close();
});

test('of two consoles on one session the second to change it is told, loses nothing, and can repeat', async () => {
  const one = new Console([model(simple('p', 'a', 'b'))], database);
  const { session } = await one.say({ do: 'deploy' });
  await one.say({ do: 'start' });
  const two = new Console([], ['--store', 'database', '--session', session]);
  await two.say({ do: 'state' });
  assert.equal((await one.say({ do: 'complete', task: 'a' })).ok, true);
  const conflict = await two.say({ do: 'complete', task: 'a' });
  assert.deepEqual([conflict.ok, conflict.code, tasks(conflict), conflict.trace], [false, 'store.conflict', ['b'], []]);
  assert.equal((await two.say({ do: 'complete', task: 'b' })).ok, true);
  assert.equal((await one.say({ do: 'state' })).instances[0].ended, true, 'a look shows what the other has done');
  assert.equal((await one.say({ do: 'history' })).history.length, 8);
  await Promise.all([one.close(), two.close()]);
});

test('sessions belong to an agency, and options that do not fit together are refused', () => {
  const run = (args, input = '') => spawnSync(program, ['workflow', ...args], { input, encoding: 'utf8', env: environment });
  const file = model(simple('p', 'a'));
  assert.equal(spawnSync(program, ['tenant', 'add', 'quan-thu', '--kind=district', '--name=UBND quận Thử'], { env: environment }).status, 0);
  const opened = run(['console', file, '--store', 'database', '--tenant', 'quan-thu'], '{"do":"deploy"}');
  assert.equal(opened.status, 0, opened.stderr);
  const { session } = JSON.parse(opened.stdout);
  const go = (...more) => run(['console', '--store', 'database', '--session', session, ...more]);
  assert.equal(go('--tenant', 'quan-thu').status, 0);
  assert.deepEqual([go().status, go().stderr.includes('no such session')], [1, true]);
  assert.deepEqual([go('--tenant', 'nowhere').status, run(['console', '--store', 'database', '--session', 'x']).status], [1, 1]);
  for (const args of [['console', file, '--session', session], ['console', file, '--store', 'disk'], ['console', '--store', 'database'], ['check', file, '--store', 'database'], ['console', '--store', 'database', '--session', session, '--at', '2026-01-01T00:00']])
    assert.equal(run(args).status, 64, args.join(' '));
});

test('versions are numbered once for each content, and history and definitions never change', () => {
  assert.equal(sql('SELECT count(*) FROM (SELECT name, count(DISTINCT sha256) AS contents, max(version) AS versions FROM process_definition GROUP BY tenant_id, name) d WHERE contents <> versions'), '0');
  for (const text of ["UPDATE process_history SET entry = ''", 'DELETE FROM process_history', "UPDATE process_definition SET xml = ''", 'DELETE FROM process_definition'])
    assert.match(spawnSync('psql', ['-X', '-v', 'ON_ERROR_STOP=1', '-d', environment.DATABASE_URL], { input: `SET ROLE motcua_app; ${text}`, encoding: 'utf8' }).stderr, /permission denied/);
});
