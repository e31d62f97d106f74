/* motcua form: the generated JSON Schema against ajv on thousands of generated and mutated answers. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';

const program = process.env.MOTCUA_TEST_PROGRAM ?? 'build/check/motcua';
const run = (args, input = '') => {
  const result = spawnSync(program, args, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(result.error, undefined);
  return result;
};

const strict = { strict: true, strictTypes: true, strictRequired: true, strictTuples: true };
const definitions = ['tests/vectors/forms/all-kinds.json', 'tests/vectors/forms/kitchen-sink.json', ...['2.000635', '1.001612', '1.013225', '1.004873'].map((code) => `samples/procedures/${code}/form.json`)];

/* A small generator with a fixed seed, so that a failure can be repeated. */
function random(seed) {
  let state = seed;
  const next = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32);
  return { next, below: n => Math.floor(next() * n), pick: list => list[Math.floor(next() * list.length)] };
}

const TEXTS = ['', ' ', 'a', 'ab', 'abcdefgh', 'abcdefghi', 'Nguyễn', 'ê\u0302', 'AB12', 'ĐA1', 'AB1234', 'a\nb', 'a\tb', '\u007f', '\u0001', '😀😀😀😀', '0912345678', '01234567890', '001085012345', '012345678', 'B1234567', 'b1234567', '0100109106', '0100109106-001', '0100109106001',
  '2017-02-14', '2016-02-29', '2017-02-29', '1900-02-29', '2000-02-29', '1799-01-01', '2199-12-31', '2200-01-01', '2017-2-14', '2017-13-01', '2017-04-31', '1950', '1950-03', '1950-00', '1799', '09:30', '24:00', '9:30', '23:59', 'VN', 'XX', '01', '54', '55', '005', '00166', 'x', 'y', 'b', 'c', 'nganh-1',
  '000.00.01.H26-170214-0001', 'a/b', '01890000-0000-7000-8000-000000000001', '01890000-0000-7000-8000-00000000000G', 'x'.repeat(101), 'x'.repeat(501)];
const NUMBERS = [0, 1, 2, 5, 6, -1, -1.5, -1.6, 99.25, 99.26, 1.5, 3.0, 21.0285, 105.85, 24.1, 9007199254740991, 1e3];

function value(r, depth = 0) {
  const kind = r.below(depth > 2 ? 4 : 8);
  if (kind < 2) return r.pick(TEXTS);
  if (kind === 2) return r.pick(NUMBERS);
  if (kind === 3) return r.pick([true, false, null]);
  if (kind < 6) return Array.from({ length: r.below(4) }, () => value(r, depth + 1));
  const names = ['from', 'to', 'city', 'district', 'commune', 'line', 'bank', 'number', 'holder', 'name', 'consent', 'lat', 'lon', 'inner', 'count', 'day', 'other'];
  return Object.fromEntries(Array.from({ length: r.below(4) }, () => [r.pick(names), value(r, depth + 1)]));
}

/* Something that fits the schema, more or less. */
function fitting(r, schema) {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return r.pick(schema.enum);
  switch (schema.type) {
    case 'boolean': return r.next() < 0.5;
    case 'integer':
    case 'number': {
      const low = schema.minimum ?? -100, high = schema.maximum ?? 100;
      return r.pick([low, high, ...NUMBERS.filter(n => n >= low && n <= high && (schema.type === 'number' || Number.isInteger(n)))]);
    }
    case 'array': {
      const low = schema.minItems ?? (schema.anyOf ? schema.anyOf[1].minItems : 0), high = Math.min(schema.maxItems ?? 3, low + 2), list = [];
      for (let length = low + r.below(high - low + 1); list.length < length && list.length < 9;) {
        const item = fitting(r, schema.items);
        if (!schema.uniqueItems || !list.includes(item)) list.push(item);
        else if (r.next() < 0.05) break;
      }
      return list;
    }
    case 'object': return Object.fromEntries(Object.entries(schema.properties).filter(([name]) => schema.required?.includes(name) || r.next() < 0.5).map(([name, inner]) => [name, fitting(r, inner)]));
    default: {
      const fits = TEXTS.filter(text => (!schema.pattern || new RegExp(schema.pattern, 'u').test(text)) && [...text].length >= (schema.minLength ?? 0) && [...text].length <= (schema.maxLength ?? 1e9) && (schema.allOf ?? []).every(s => new RegExp(s.pattern, 'u').test(text)));
      return fits.length ? r.pick(fits) : r.pick(TEXTS);
    }
  }
}

function mutate(r, answers, names) {
  const changed = structuredClone(answers);
  for (let times = Math.max(0, r.below(4) - 1); times > 0; times--) {
    const name = r.pick(names);
    if (r.next() < 0.2) delete changed[name];
    else changed[name] = value(r);
  }
  if (r.next() < 0.03) changed.unknown_key = 1;
  return changed;
}

for (const file of ['samples/procedures/1.001612/form.json', 'samples/procedures/1.004873/form.json', 'samples/procedures/1.013225/form.json', 'samples/procedures/2.000635/form.json']) {
  test(`answers to ${file} are judged as ajv judges them`, () => {
    const schema = JSON.parse(run(['form', 'schema', file]).stdout);
    assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
    const validate = new Ajv(strict).compile(schema);
    const r = random(20170214), names = Object.keys(schema.properties);
    const samples = Array.from({ length: 3000 }, () => mutate(r, fitting(r, schema), names));
    const lines = run(['form', 'validate', file, '--shape'], samples.map(s => JSON.stringify(s)).join('\n') + '\n').stdout.trim().split('\n');
    assert.equal(lines.length, samples.length);
    let valid = 0;
    samples.forEach((sample, i) => {
      const ours = JSON.parse(lines[i]), theirs = validate(sample);
      valid += theirs;
      assert.equal(ours.valid, theirs, `${JSON.stringify(sample)}\nours: ${JSON.stringify(ours.errors)}\najv: ${JSON.stringify(validate.errors)}`);
    });
    assert.ok(valid > 100 && valid < 2900, `${valid} of 3000 were valid: the samples say nothing`);
  });
}

test('check names the place of an error and fails', () => {
  const result = run(['form', 'check', 'samples/procedures/2.000635/form.json', 'package.json']);
  assert.equal(result.status, 1);
  assert.match(result.stdout, /package\.json: name: error: .*\[form\.definition\.unknown_property\]/);
  assert.doesNotMatch(result.stdout, /2\.000635/);
});

const one = (...fields) => ({ form: 'a', title: 'A', pages: [{ key: 'p', title: { vi: 'Người yêu cầu' }, fields }] });
const text = (more) => ({ key: 'a', kind: 'text', label: 'Họ tên', ...more });
const many = (count, make) => Array.from({ length: count }, (_, i) => make(i));
const nested = (depth) => [{ value: 'x', label: 'X', ...(depth ? { options: nested(depth - 1) } : {}) }];

test('a hostile definition gets a sentence with its place, at once', () => {
  const hostile = {
    deep: ['['.repeat(100000) + ']'.repeat(100000), /quá sâu/],
    'deep-objects': ['{"form":'.repeat(9000) + '1' + '}'.repeat(9000), /quá sâu/],
    'key-twice': ['{"form":"a","form":"b","title":"A","pages":[]}', /một khóa viết hai lần.*dòng 1/],
    bytes: [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), /UTF-8/],
    nul: ['{"form":"a\\u0000b"}', /dòng 1/],
    number: ['{"form":1e999}', /dòng 1/],
    'no-object': ['[]', /đối tượng JSON/],
    'null-pages': [{ form: 'a', title: 'A', pages: [null, 1, 'x'] }, /pages\[2\]: error/],
    'many-pages': [{ form: 'a', title: 'A', pages: many(2000, (i) => ({ key: `p${i}`, title: 'P', fields: [text({ key: `k${i}` })] })) }, /pages, 1–100/],
    'many-fields': [one(...many(10000, (i) => text({ key: `a${i}` }))), /tối đa 1000/],
    'many-fields-in-groups': [one(...many(50, (g) => ({ key: `g${g}`, kind: 'group', label: 'G', fields: many(100, (i) => text({ key: `a${i}` })) }))), /tối đa 1000/],
    'no-kind': [one({ key: 'a', label: 'A' }), /Thiếu thuộc tính “kind”/],
    'unknown-kind': [one(text({ kind: 'wizard' })), /Không có loại ô “wizard”.*\(Người yêu cầu › Họ tên\)/],
    'fields-twice': [one(text(), text()), /Hai ô cùng khóa “a”/],
    'asks-itself': [one(text({ visible_if: 'a = "x"' })), /phụ thuộc vòng tròn/],
    'circle-of-conditions': [one(text({ visible_if: 'b = "x"' }), text({ key: 'b', visible_if: 'a = "x"' })), /phụ thuộc vòng tròn/],
    'circle-of-values': [one(...many(300, (i) => ({ key: `a${i}`, kind: 'computed', label: 'A', value: `a${(i + 1) % 300} + 1` }))), /phụ thuộc vòng tròn/],
    'long-pattern': [one(text({ pattern: 'a'.repeat(100000), pattern_message: 'm' })), /quá dài/],
    'large-pattern': [one(text({ pattern: '((a{1,1000}){1,1000}){1,1000}', pattern_message: 'm' })), /sai cú pháp/],
    'long-expression': [one(text({ visible_if: `${'1 + '.repeat(200000)}1 = 1` })), /quá dài/],
    'deep-expression': [one(text({ visible_if: '('.repeat(9000) + 'true' + ')'.repeat(9000) })), /lồng nhau quá nhiều/],
    'broken-expression': [one(text({ visible_if: 'b = ' })), /viết sai ở vị trí 1:5.*\(Người yêu cầu › Họ tên\)/],
    'deep-options': [one({ key: 'a', kind: 'cascade', label: 'A', levels: many(12, () => 'x'), options: nested(11) }), /quá sâu/],
    'many-options': [one({ key: 'a', kind: 'choice', label: 'A', options: many(501, (i) => ({ value: `${i}`, label: 'x' })) }), /từ 1 đến 500/],
    'days-crossed': [one({ key: 'a', kind: 'date', label: 'A', minimum: '2018-01-01', maximum: '2017-12-31' }), /Giới hạn dưới lớn hơn/],
    'long-label': [one(text({ label: 'x'.repeat(200000) })), /quá dài/],
    'long-way-of-conditions': [one(...many(1000, (i) => text({ key: `a${i}`, visible_if: i < 999 ? `a${i + 1} = "x"` : 'true' }))), null],
    'slow-pattern': [one(text({ pattern: '(a+)+b', pattern_message: 'm' })), null],
    'endless-value': [one(text(), { key: 'b', kind: 'computed', label: 'B', value: 'count(for i in 1..100000, j in 1..100000 return i)' }), null],
    'recursive-value': [one(text(), { key: 'b', kind: 'computed', label: 'B', value: '{f: function(x) f(x), r: f(1)}.r' }), null],
  };
  const folder = mkdtempSync(path.join(tmpdir(), 'motcua-hostile-'));
  const files = Object.entries(hostile).map(([name, [definition]]) => {
    writeFileSync(path.join(folder, `${name}.json`), typeof definition === 'string' || Buffer.isBuffer(definition) ? definition : JSON.stringify(definition));
    return path.join(folder, `${name}.json`);
  });
  const begin = Date.now();
  const result = run(['form', 'check', ...files]);
  assert.ok(Date.now() - begin < 20000, `${Date.now() - begin} ms`);
  assert.equal(result.status, 1, result.stderr);
  assert.equal(result.stderr, '');
  for (const [name, [, said]] of Object.entries(hostile)) {
    const lines = result.stdout.split('\n').filter((line) => line.startsWith(`${folder}/${name}.json: `) && line.includes(': error: '));
    if (said) assert.match(lines.join('\n'), said, name);
    else assert.deepEqual(lines, [], name);
  }
  // what is no fault of the definition has its limits when somebody answers
  for (const name of ['slow-pattern', 'endless-value', 'recursive-value']) {
    const start = Date.now();
    const line = run(['form', 'validate', path.join(folder, `${name}.json`)], `{"a":"${'a'.repeat(450)}"}\n`).stdout.trim().split('\n').at(-1); // warnings stand before it
    assert.equal(JSON.parse(line).valid, name !== 'slow-pattern', name);
    assert.ok(Date.now() - start < 10000, `${name}: ${Date.now() - start} ms`);
  }
  rmSync(folder, { recursive: true });
});

test('validate checks conditions too', () => {
  const vector = JSON.parse(readFileSync('tests/vectors/procedures/1.001612.json', 'utf8'));
  const changed = { ...vector.answers, so_lao_dong: 10 };
  const lines = run(['form', 'validate', 'samples/procedures/1.001612/form.json', '--today', vector.today], `${JSON.stringify(vector.answers)}\n${JSON.stringify(changed)}\n[]\n`).stdout.trim().split('\n').map(l => JSON.parse(l));
  assert.equal(lines[0].valid, true);
  assert.deepEqual(lines[1].errors.map(e => `${e.field}:${e.code}`), ['so_lao_dong:form.condition']);
});

test('the published schema of definitions accepts the samples and refuses slips', () => {
  const schema = JSON.parse(readFileSync('docs/form-definition.schema.json', 'utf8'));
  const validate = new Ajv(strict).compile(schema);
  for (const file of definitions)
    assert.ok(validate(JSON.parse(readFileSync(file, 'utf8'))), `${file}: ${JSON.stringify(validate.errors)}`);
  for (const file of definitions) new Ajv(strict).compile(JSON.parse(run(['form', 'schema', file]).stdout));
  for (const field of [{ kind: 'text', label: 'A' }, { key: 'a', kind: 'text', label: 'A', maximum: 3 }, { key: 'a', kind: 'no', label: 'A' }, { key: '1', kind: 'text', label: 'A' }, { key: 'a', kind: 'date', label: 'A', minimum: 3 }, { key: 'a', kind: 'text', label: { en: 'A' } }, { key: 'a', kind: 'file', label: 'A', accept: ['exe'] }, { key: 'a', kind: 'file', label: 'A', accept: [] }])
    assert.ok(!validate(one(field)), JSON.stringify(field));
  const used = new Set(JSON.parse(readFileSync('tests/vectors/forms/all-kinds.json', 'utf8')).pages[0].fields.map(f => f.kind));
  for (const kind of schema.$defs.field.properties.kind.enum) if (!['explanation', 'notice', 'nationality', 'occupation'].includes(kind)) assert.ok(used.has(kind) || kind === 'administrative_unit', `${kind} is in no vector`);
});
