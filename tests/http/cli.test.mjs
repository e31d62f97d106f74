// The administrative commands against a database of their own: agencies, accounts, the catalogue.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, chmodSync, cpSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

const program = path.resolve(process.env.MOTCUA_TEST_PROGRAM ?? 'build/check/motcua');
const folder = mkdtempSync(path.join(os.tmpdir(), 'motcua-cli-'));
chmodSync(folder, 0o711);
const environment = { ...process.env, MOTCUA_DATA: path.join(folder, 'data'), MOTCUA_SHARE: process.cwd() };
delete environment.DATABASE_URL;

function run(args, input = '') {
  const result = spawnSync(program, args, { input, encoding: 'utf8', env: environment, maxBuffer: 1 << 26 });
  assert.equal(result.error, undefined);
  assert.doesNotMatch(result.stderr, /Sanitizer|runtime error/);
  return result;
}
function good(args, input) {
  const result = run(args, input);
  assert.equal(result.status, 0, result.stderr);
  return result.stdout;
}
function sql(text) {
  const result = spawnSync('psql', ['-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', environment.DATABASE_URL], { input: text, encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout.trim();
}

before(() => {
  const started = run(['cluster', 'start', '--throwaway', '--data', path.join(folder, 'cluster')]);
  assert.equal(started.status, 0, started.stderr);
  environment.DATABASE_URL = started.stdout.trim();
  good(['migrate']);
});
after(() => {
  run(['cluster', 'stop', '--throwaway', '--data', path.join(folder, 'cluster')]);
  rmSync(folder, { recursive: true, force: true });
});

test('every command explains itself and refuses what it does not know', () => {
  const names = [...run(['--help']).stdout.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1]);
  for (const needed of ['serve', 'tenant', 'user', 'catalogue', 'audit']) assert.ok(names.includes(needed), needed);
  for (const name of names) {
    const help = run([name, '--help']);
    assert.equal(help.status, 0, `${name}: ${help.stderr}`);
    assert.match(help.stdout, /^Usage: motcua /);
    assert.equal(run([name, '--no-such-option']).status, 64, name);
  }
  for (const args of [['tenant'], ['tenant', 'add'], ['tenant', 'burn', 'x'], ['user', 'add', '--name', 'A'], ['user', 'grant', 'a@b.vn'], ['user', 'grant', 'a@b.vn', '--role', 'king'], ['catalogue', 'import'], ['catalogue', 'eat', 'x'], ['audit'], ['audit', 'verify', 'x']])
    assert.equal(run(args).status, 64, args.join(' '));
});

test('official units are taken over from a table, all or none, and printed as one', () => {
  const file = path.join(folder, 'units.csv');
  writeFileSync(file, 'ma,loai,ten,ten_day_du,ma_cap_tren,tu_ngay\n98,thanh_pho,Mẫu,Thành phố Mẫu,,\n98001,phuong,Một,Phường Một,98,1/7/2025\n');
  assert.equal(good(['units', 'import', file]), '2 units taken over\n');
  const table = good(['units', 'export']);
  assert.match(table, /^"code","kind","name","full_name","parent","valid_from","valid_to"\r\n/);
  assert.match(table, /"98001","phuong","Một","Phường Một","98","2025-07-01",""\r\n/);
  writeFileSync(file, 'ma,loai,ten,ten_day_du,ma_cap_tren\n98002,phuong,Hai,Phường Hai,98\n98003,phuong,Ba,Phường Ba,97\n');
  const refused = run(['units', 'import', file]);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /^motcua units: .*98003/m);
  assert.equal(good(['units', 'export']), table);
  for (const args of [[], ['import'], ['export', file], ['burn', file]]) assert.equal(run(['units', ...args]).status, 64, args.join(' '));
});

test('agencies are added once, changed by what is given, and listed as a tree', () => {
  good(['tenant', 'add', 'tp-mau', '--kind', 'city', '--name', 'UBND thành phố Mẫu', '--short-name', 'Mẫu', '--agency-identifier', '000.00.00.H98', '--sample']);
  good(['tenant', 'add', 'quan-mau', '--kind=district', '--name=UBND quận Mẫu', '--parent=tp-mau', '--code=901', '--phone=024 1234567', '--unit', 'reception:mot-cua:Bộ phận một cửa', '--unit', 'division:phong-tp:Phòng Tư pháp']);
  good(['tenant', 'change', 'quan-mau', '--short-name=Quận Mẫu', '--agency-identifier=000.00.01.H98', '--host-name=quanmau.mau.example']);
  const lines = good(['tenant', 'list']).trimEnd().split('\n').map((line) => line.replace(/ {2,}/g, (blank, at) => (at ? ' ' : blank)));
  assert.deepEqual(lines, ['city - tp-mau 000.00.00.H98 (sample) UBND thành phố Mẫu', '  district 901 quan-mau 000.00.01.H98 UBND quận Mẫu']);
  assert.equal(sql("SELECT short_name || '|' || phone || '|' || host_name || '|' || code FROM tenant WHERE slug = 'quan-mau'"), 'Quận Mẫu|024 1234567|quanmau.mau.example|901');
  assert.equal(sql("SELECT count(*) FROM unit u JOIN tenant t ON t.id = u.tenant_id WHERE t.slug = 'quan-mau'"), '2');
  const before = sql('SELECT count(*) FROM tenant');
  for (const args of [['add', 'quan-mau', '--kind=district', '--name=x'], ['change', 'khong-co', '--name=x'], ['add', 'Sai Tên', '--kind=district', '--name=x'], ['add', 'moi', '--kind=kingdom', '--name=x'], ['add', 'moi', '--kind=district'], ['add', 'moi', '--kind=district', '--name=x', '--parent=khong-co'], ['add', 'moi', '--kind=district', '--name=x', '--agency-identifier=000.00.01.H98']]) {
    const refused = run(['tenant', ...args]);
    assert.equal(refused.status, 1, args.join(' '));
    assert.match(refused.stderr, /^motcua tenant: .+/m);
  }
  assert.equal(sql('SELECT count(*) FROM tenant'), before);
});

test('accounts take their password from standard input, and roles are granted by agency and unit', () => {
  good(['user', 'add', '--name', 'nguyễn văn mẫu', '--email', 'Mau@mau.example', '--phone', '0912 345 678'], 'một mật khẩu dài\nnot part of it\n');
  const hash = sql("SELECT password_hash FROM account WHERE email = 'mau@mau.example'");
  assert.match(hash, /^\$argon2id\$/);
  for (const [args, input] of [[['add', '--name', 'B', '--email', 'mau@mau.example'], 'một mật khẩu dài'], [['add', '--name', 'B', '--email', 'b@mau.example'], 'ngắn'], [['add', '--name', 'B', '--email', 'b@mau.example'], ''], [['add', '--name', 'B', '--email', 'b@mau.example'], 'x'.repeat(5000)], [['add', '--name', 'B', '--email', 'không phải thư'], 'một mật khẩu dài'], [['passwd', 'nobody@mau.example'], 'một mật khẩu dài']]) {
    const refused = run(['user', ...args], input);
    assert.equal(refused.status, 1, args.join(' '));
    assert.match(refused.stderr, /^motcua user: .+/m);
  }
  assert.equal(sql('SELECT count(*) FROM account'), '1');
  good(['user', 'passwd', '0912345678'], 'mật khẩu thứ hai');
  assert.notEqual(sql('SELECT password_hash FROM account'), hash);
  good(['user', 'grant', 'mau@mau.example', '--agency', 'quan-mau', '--unit', 'phong-tp', '--role', 'processing_officer', '--title', 'Chuyên viên']);
  good(['user', 'grant', '0912345678', '--agency', 'quan-mau', '--unit', 'phong-tp', '--role', 'head_of_unit', '--role', 'tenant_admin']);
  assert.equal(sql("SELECT title || '|' || array_to_string(roles, ',') FROM membership"), 'Chuyên viên|head_of_unit,processing_officer,tenant_admin');
  for (const args of [['--agency', 'quan-mau', '--unit', 'khong-co'], ['--agency', 'khong-co', '--unit', 'phong-tp']])
    assert.equal(run(['user', 'grant', 'mau@mau.example', '--role', 'cashier', ...args]).status, 1);
  assert.equal(sql('SELECT count(*) FROM membership'), '1');
});

test('on a terminal the password is asked for twice and not shown', { skip: spawnSync('script', ['--version']).status !== 0 && 'needs script(1)' }, async () => {
  const child = spawn('script', ['-qec', `${program} user passwd mau@mau.example`, '/dev/null'], { env: environment });
  let seen = '';
  const answers = ['mật khẩu thứ ba', 'mật khẩu thứ ba'];
  child.stdout.on('data', (data) => {
    seen += data;
    if (/(New password|Once more): $/.test(seen) && answers.length > 0) child.stdin.write(`${answers.shift()}\n`);
  });
  const status = await new Promise((resolve) => child.on('exit', resolve));
  assert.equal(status, 0, seen);
  assert.match(seen, /New password: [\s\S]*Once more: /);
  assert.doesNotMatch(seen, /thứ ba/);
});

const described = (n, change = {}) => ({ code: `9.${String(n).padStart(6, '0')}`, name: `Thủ tục mẫu ${n}`, field: { code: 'linh-vuc-mau', name: 'Lĩnh vực mẫu' }, levels: ['district'], ...change });
const versions = () => sql('SELECT count(*) FROM procedure_version');

test('importing twice changes nothing the second time, and a changed entry gets one new version', () => {
  const list = Array.from({ length: 40 }, (_, n) => described(n));
  const file = path.join(folder, 'list.json');
  writeFileSync(file, JSON.stringify(list, null, 1));
  assert.equal(good(['catalogue', 'import', file]), '40 read: 40 added, 0 changed, 0 unchanged\n');
  assert.equal(good(['catalogue', 'import', file]), '40 read: 0 added, 0 changed, 40 unchanged\n');
  assert.equal(versions(), '40');
  list[7].summary = 'Mới';
  assert.equal(good(['catalogue', 'import', '-'], list.map((entry) => JSON.stringify(entry)).join('\n')), '40 read: 0 added, 1 changed, 39 unchanged\n');
  assert.equal(versions(), '41');
});

test('one bad entry of many: nothing is imported, every bad one is named with line and reason', () => {
  const before = versions();
  const list = Array.from({ length: 60 }, (_, n) => JSON.stringify(described(1000 + n)));
  list[20] = JSON.stringify(described(1020, { levels: ['kingdom'] }));
  list[33] = '{"code": ';
  list[40] = JSON.stringify(described(1040, { limit: 'soon' }));
  list[59] = JSON.stringify(described(1000));
  const refused = run(['catalogue', 'import', '-'], list.join('\n'));
  assert.equal(refused.status, 1);
  const lines = refused.stderr.split('\n').filter((line) => line.startsWith('line '));
  assert.deepEqual(lines.map((line) => /^line (\d+) \(([^)]*)\): ./.exec(line)?.slice(1)).sort((a, b) => a[0] - b[0]), [['21', '9.001020'], ['34', 'no code'], ['41', '9.001040'], ['60', '9.001000']]);
  assert.match(refused.stderr, /nothing was imported/);
  assert.equal(versions(), before);
  const array = `[\n${list.filter((_, n) => n !== 33).join(',\n')}\n]`;
  const second = run(['catalogue', 'import', '-'], array);
  assert.equal(second.status, 1);
  assert.match(second.stderr, /^line 22 \(9\.001020\): /m);
  assert.equal(versions(), before);
  for (const bad of ['', '[]', '{}', '[1]', 'null', '[{"code": "9.1"}', '\u0000', '"x"', '['.repeat(100000)]) {
    const result = run(['catalogue', 'import', '-'], bad);
    assert.equal(result.status, 1, JSON.stringify(bad.slice(0, 40)));
    assert.ok(result.stderr.length > 0);
  }
  assert.equal(versions(), before);
  assert.equal(run(['catalogue', 'import', path.join(folder, 'missing.json')]).status, 1);
});

test('a procedure package is published once; a broken one is refused by part', () => {
  const copy = path.join(folder, 'package');
  cpSync('samples/procedures/2.000635', copy, { recursive: true });
  assert.match(good(['catalogue', 'publish', copy]), /^2\.000635: a new version is published\n$/);
  assert.match(good(['catalogue', 'publish', copy]), /^2\.000635: unchanged\n$/);
  const before = versions();
  const form = readFileSync(path.join(copy, 'form.json'), 'utf8');
  writeFileSync(path.join(copy, 'form.json'), form.replace('"kind": "select"', '"kind": "selekt"'));
  const refused = run(['catalogue', 'publish', copy]);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /form/);
  rmSync(path.join(copy, 'form.json'));
  assert.match(run(['catalogue', 'publish', copy]).stderr, /has no form\.json/);
  assert.equal(run(['catalogue', 'publish', path.join(folder, 'nowhere')]).status, 1);
  assert.equal(versions(), before);
});

test('docs/operations.md has the table of settings as the program knows them', () => {
  const documented = /<!-- settings: begin[^\n]*-->\n([\s\S]*?)\n<!-- settings: end -->/.exec(readFileSync('docs/operations.md', 'utf8'))[1];
  assert.equal(documented.trim(), good(['serve', '--document-settings']).trim());
});

test('a calendar is published once for each agency it says something new for', () => {
  const notice = (days) => JSON.stringify({ format: 'motcua-calendar/1', notices: [{ id: 'nam', name: 'Năm', from: '2017-01-01', to: '2017-12-31', legal: 'Thông báo', days }] });
  const hours = JSON.stringify({ format: 'motcua-calendar/1', rule_sets: [{ id: 'gio', name: 'Giờ', valid_from: '2017-01-01', hours: { monday: ['08:00-12:00', '13:00-17:00'] } }],
    agencies: [{ id: 'xa-a', name: 'Xã A' }, { id: 'xa-b', name: 'Xã B', closures: [{ from: '2017-03-06T13:00', to: '2017-03-06T17:00', reason: 'Mất điện' }] }] });
  const [year, agencies] = ['nam.json', 'co-quan.json'].map((name) => path.join(folder, name));
  writeFileSync(year, notice([]));
  writeFileSync(agencies, hours);
  const publish = (...more) => run(['calendar', 'publish', '-c', year, '-c', agencies, ...more]);
  assert.equal(publish('--agency', 'xa-a').stdout, 'xa-a: revision 1\n');
  assert.equal(publish().stdout, 'xa-a: as before\nxa-b: revision 1\n');
  writeFileSync(year, notice([{ date: '2017-03-13', kind: 'holiday', reason: 'Nghỉ thêm' }]));
  assert.equal(publish('--notice', 'Thông báo số 1').stdout, 'xa-a: revision 2\nxa-b: revision 2\n');
  assert.equal(sql(`SELECT notice FROM calendar WHERE code = 'xa-b' ORDER BY revision DESC LIMIT 1`), 'Thông báo số 1');
  assert.equal(publish('--agency', 'xa-c').status, 1);
  writeFileSync(year, '{"format":"motcua-calendar/1","notice":[]}');
  const refused = publish();
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /motcua calendar publish: /);
  assert.equal(sql('SELECT max(revision) FROM calendar'), '2');
  assert.equal(run(['calendar', 'publish']).status, 64);
  assert.match(run(['calendar', 'publish', '--help']).stdout, /^Usage: motcua calendar publish/);
});

test('moving running dossiers needs a procedure, a version it has, and a mapping that reads', () => {
  const number = sql(`SELECT max(number) FROM procedure_version v JOIN procedure p ON p.id = v.procedure_id WHERE p.code = '2.000635'`);
  const migrate = (...args) => run(['workflow', 'migrate', ...args]);
  assert.equal(migrate('--procedure', '2.000635', '--to', number, '--preview').stdout, '0 can be moved, 0 refused\n');
  assert.equal(migrate('--procedure', '2.000635', '--to', number, '--map', 'a=b', '--tenant', 'quan-mau').stdout, '0 moved, 0 refused\n');
  assert.match(migrate('--procedure', '2.000635', '--to', '99').stderr, /has no such version/);
  assert.match(migrate('--procedure', '9.999999', '--to', '1').stderr, /has no such version/);
  assert.match(migrate('--procedure', '2.000635', '--to', number, '--tenant', 'khong-co').stderr, /no agency khong-co/);
  for (const wrong of [[], ['--procedure', '2.000635'], ['--procedure', '2.000635', '--to', '0'], ['--procedure', '2.000635', '--to', '1', '--map', 'a'], ['--procedure', '2.000635', '--to', '1', 'x']])
    assert.equal(migrate(...wrong).status, 64, wrong.join(' '));
});
