// The JSON Schema of a form and our own validation say the same: ajv and `motcua form validate --shape` judge thousands of
// generated and mutated answers to a form with every kind. What a schema cannot say is judged by `validate` alone.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv/dist/2020.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const program = process.env.MOTCUA_TEST_PROGRAM ?? path.join(root, 'build/check/motcua');
const file = path.join(root, 'tests/vectors/forms/all-kinds.json');
const definition = JSON.parse(readFileSync(file, 'utf8'));
const fields = definition.pages.flatMap((page) => page.fields).filter((field) => field.key);

const run = (args, input) => execFileSync(program, ['form', ...args], { input, encoding: 'utf8', maxBuffer: 1 << 28 });
const judge = (samples, ...options) =>
  run(['validate', file, '--today', '2017-02-14', ...options], samples.map((sample) => `${JSON.stringify(sample)}\n`).join(''))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const schema = JSON.parse(run(['schema', file]));
const ajv = new Ajv({ strict: true, strictTypes: true, strictRequired: true, unicodeRegExp: true }).compile(schema);

// A small generator with a seed, so that a sample that disagrees can be made again.
const seed = Number(process.env.MOTCUA_TEST_SEED ?? 20170214);
let state = seed;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const pick = (list) => list[Math.floor(random() * list.length)];

const uuid = '0a1b2c3d-0000-4000-8000-00000000000';
const good = {
  text: ['a', 'Đỗ', '12345678', 'x y', '\u{1F600}'],
  long_text: ['a\nb', 'một\thai', 'x'],
  email: ['a@b.vn', 'x'],
  phone: ['0912345678', '02438253536'],
  number: [0, 1.5, -1.5, 99.25, 3.0],
  integer: [1, 5, 3],
  money: [0, 8000, 9007199254740991],
  date: ['2016-02-29', '1999-12-31'],
  partial_date: ['1950', '1950-03', '2000-02-29'],
  time: ['09:30', '23:59'],
  date_range: [{ from: '2017-01-01', to: '2017-01-02' }, { from: '2017-01-01' }, {}],
  yes_no: [true, false],
  consent: [true],
  choice: ['a', 'b'],
  select: ['a', 'c'],
  several: [['a', 'b'], ['a', 'b', 'c'], []],
  ranked: [['b', 'a'], ['c'], []],
  cascade: [['x', 'y'], ['x'], []],
  person_name: ['Nguyễn Thị Lan'],
  personal_id: ['001085012345'],
  identity_card: ['012345678'],
  identity_number: ['012345678', '001085012345'],
  passport: ['B1234567', 'C12345678'],
  tax_code: ['0100109106', '0100109106-001'],
  household: ['123456789', '123456789012'],
  address: [{ city: '01', district: '005', commune: '00166', line: 'Số 1' }, { city: '01' }],
  administrative_unit: ['01', '005', '00166'],
  agency: ['cau-giay'],
  country: ['VN', 'LA'],
  nationality: ['VN', 'KR'],
  ethnic_group: ['01', '54'],
  occupation: ['0111', 'Trồng lúa'],
  reference: ['x', 'a-b'],
  bank_account: [{ bank: 'vcb', number: '0123456789', holder: 'A' }],
  dossier: ['000.25.05.H26-170214-0001'],
  group: [[{ inner: 'a' }], [{ inner: 'a', count: 2, day: '2017-01-01' }, { inner: 'b' }]],
  file: [[`${uuid}1`], [`${uuid}1`, `${uuid}2`]],
  photo: [[`${uuid}3`]],
  signature: [{ name: 'A B', consent: true }, { drawing: 'M1,2L30,40' }, { name: 'A', consent: false, drawing: '' }],
  map_point: [{ lat: 21.0285, lon: 105.8542 }, { lat: 6, lon: 118 }],
  map_plot: [['21.0285,105.8542', '21.0286,105.8542', '21.0286,105.8544'], []],
};
// What comes from slips and malice: of the kind's own neighbourhood first, then anything.
const odd = [
  null, true, false, 0, -1, 1, 3.5, 1e20, 1e21, -1e20, 2 ** 63, 9007199254740993, '', ' ', 'x', 'ạ'.repeat(30), 'a'.repeat(501), '\u0000', 'a\u0001b', 'a\nb', '\u007f', '\u202eabc', 'e\u0301\u0323', '\ud83d\ude00'.repeat(8),
  [], [''], ['a', 'a'], ['a', 1], [[]], [null], ['x', 'z'], ['x', 'y', 'w'], {}, { x: 1 }, [{}], [{ inner: '' }], [{ inner: 'a', x: 1 }], [{ inner: 1 }],
  '2017-02-29', '1900-02-29', '1799-01-01', '2200-01-01', '2017-13-01', '2017-1-1', '1950-13', '0950', '24:00', '09:60', '9:30', '٠١٢٣٤٥٦٧٨', '091234567', '091234567890',
  'b1234567', '0100109106-1', 'AB12', 'ĐA1', 'AB1\n', 'A1', 'AB1234', 'XX', '00', '55', '0', '00166', '005', '01', `${uuid}`, [`${uuid}G`], [`${uuid}1`, `${uuid}1`], [`${uuid}1`, `${uuid}2`, `${uuid}3`],
  ['21.0285,105.8542'], ['21.0285,105.8542', '21.0286,105.8542'], ['21.0285,105.8542', '21,105', 'x'], ['24.0,105.1', '21.0,105.1', '21.1,105.1'], ['06.1,105.1', '7.1,105.1', '8.1,105.1'],
  Array.from({ length: 101 }, (_, i) => `21.${String(i).padStart(4, '0')},105.8`),
  { lat: 5.9, lon: 105 }, { lat: '21', lon: 105 }, { lat: 21 }, { from: '2017-02-30' }, { from: '2017-01-02', to: '2017-01-01' }, { consent: 'true' }, { drawing: 'M1,2 L3,4' }, { drawing: 'M1,2Q3,4' },
  { drawing: 'M1,2'.repeat(3001) }, { name: 'x'.repeat(101) }, { number: '12345' }, { bank: '' }, { holder: 'x'.repeat(100) }, { line: 'x'.repeat(201) }, { city: '1' }, { commune: '00166', x: 1 }, 'abc/DEF', 'AB', 'A'.repeat(61),
];

function mutate(value) {
  if (typeof value === 'string') {
    const letters = [...value];
    const at = Math.floor(random() * (letters.length + 1));
    const head = letters.slice(0, at).join('');
    return pick([head + pick(['x', '0', ' ', 'Ạ', '\n', '-', '\u0007', '\u{1F600}']) + letters.slice(at).join(''), head + letters.slice(at + 1).join(''), value + value, value.toUpperCase()]);
  }
  if (typeof value === 'number') return pick([value + 1, -value, value + 0.5, value * 1e6, String(value)]);
  if (Array.isArray(value)) return pick([value.concat(value), value.slice(1), value.map(mutate), value.concat(pick(odd)), value[0] ?? null]);
  if (value && typeof value === 'object') {
    const key = pick(Object.keys(value).concat('x'));
    return pick([{ ...value, [key]: pick(odd) }, { ...value, [key]: mutate(value[key] ?? '') }, Object.fromEntries(Object.entries(value).slice(1))]);
  }
  return pick(odd);
}

const base = (fullness = 0.1) => Object.fromEntries(fields.filter((field) => field.kind !== 'computed' && (field.required || random() < fullness)).map((field) => [field.key, fitting(field)]));
const special = { pattern: ['AB1', 'ĐĐ123'], short: ['ab', 'abcd'], unit: ['005'], city: ['01'], commune: ['00166'], month: ['1950-03', '1950-03-12'], many: [['a']], needed_plot: [good.map_plot[0]], box: [true, false] };
const fitting = (field) => pick(special[field.key] ?? good[field.kind]);

test('every kind of the format is in the form that is judged', () => {
  const text = readFileSync(path.join(root, 'src/form/model.h'), 'utf8');
  const kinds = [...text.matchAll(/^ {4}X\([A-Z_]+, "([a-z_]+)"/gm)].map((match) => match[1]);
  assert.ok(kinds.length > 40);
  const used = new Set(definition.pages.flatMap((page) => page.fields).map((field) => field.kind));
  assert.deepEqual(kinds.filter((kind) => !used.has(kind)), []);
});

/** Generated and mutated answers with what our validation says of them; made once. */
let judged;
function judgedSamples() {
  if (judged) return judged;
  const samples = [];
  for (let i = 0; i < 300; i++) samples.push(base(0.6));
  for (const field of fields) {
    for (const value of odd) samples.push({ ...base(), [field.key]: value });
    for (let i = 0; i < 30; i++) samples.push({ ...base(), [field.key]: mutate(good[field.kind] ? fitting(field) : 'x') });
    const without = base();
    delete without[field.key];
    samples.push(without);
  }
  for (const whole of [{ ...base(), unknown: 1 }, {}]) samples.push(whole);
  judged = { samples, ours: judge(samples, '--shape') };
  assert.equal(judged.ours.length, samples.length);
  return judged;
}

test('ajv and our validation agree on generated and mutated answers', () => {
  const { samples, ours } = judgedSamples();
  let valid = 0;
  samples.forEach((sample, i) => {
    const theirs = ajv(sample);
    valid += theirs;
    assert.equal(ours[i].valid ?? false, theirs, // JSON with a NUL is refused before it is judged
      `seed ${seed}, sample ${i}: ${JSON.stringify(sample)}\nours: ${JSON.stringify(ours[i].errors)}\najv: ${JSON.stringify(ajv.errors)}`);
  });
  assert.ok(samples.length > 5000, String(samples.length));
  assert.ok(valid > 500 && samples.length - valid > 2000, `${valid} of ${samples.length} are valid: too one-sided to say much`);
});

test('the comparison can fail: a schema that says a little less or more is found out', () => {
  const changes = [
    (copy) => delete copy.properties.phone.pattern,
    (copy) => (copy.properties.money.minimum = 1),
    (copy) => delete copy.properties.plot.anyOf,
    (copy) => (copy.properties.drawn.properties.drawing.maxLength = 3),
    (copy) => copy.required.push('phone'),
  ];
  const { samples, ours } = judgedSamples();
  for (const change of changes) {
    const copy = structuredClone(schema);
    change(copy);
    const other = new Ajv({ strict: true, strictTypes: true, strictRequired: true, unicodeRegExp: true }).compile(copy);
    assert.ok(samples.some((sample, i) => other(sample) !== ours[i].valid), String(change));
  }
});

test('what a schema cannot say is checked all the same', () => {
  const sound = () => ({
    text: 'a', integer: 1, yes_no: false, consent: true, choice: 'a', many: ['a'], person_name: 'Nguyễn Thị Lan', file: [`${uuid}1`], group: [{ inner: 'a' }], needed_plot: good.map_plot[0],
  });
  const cases = [
    [{}, null],
    [{ email: 'x' }, 'email form.email'],
    [{ phone: '0000000000' }, 'phone form.phone'],
    [{ number: 1.1234567 }, 'number form.decimals'],
    [{ date_range: { from: '2017-01-02', to: '2017-01-01' } }, 'date_range form.date_order'],
    [{ date_range: { from: '2017-01-02' } }, 'date_range form.date'],
    [{ month: '1950' }, 'month form.date'],
    [{ cascade: ['x'] }, 'cascade form.option'],
    [{ cascade: ['y', 'x'] }, 'cascade form.option'],
    [{ person_name: 'Lan' }, 'person_name form.name'],
    [{ person_name: 'Nguyễn 1' }, 'person_name form.name'],
    [{ personal_id: '999085012345' }, 'personal_id form.personal_id_province'],
    [{ identity_number: '999085012345' }, 'identity_number form.personal_id_province'],
    [{ tax_code: '0100109107' }, 'tax_code form.tax_code'],
    [{ address: { city: '01', district: '005', commune: '00166' } }, 'address form.address'],
    [{ address: { city: '01', line: 'x' } }, 'address form.address'],
    [{ bank_account: { bank: 'vcb' } }, 'bank_account form.account'],
    [{ signature: { name: 'A B', consent: false } }, 'signature form.signature'],
    [{ drawn: { drawing: 'M1,2L3,4', consent: true } }, 'drawn form.signature'],
    [{ map_point: { lat: 21 } }, 'map_point form.map'],
    [{ plot: ['21.01,105.01', '21.02,105.02', '21.01,105.02', '21.02,105.01'] }, 'plot form.map'],
    [{ yes_no: true }, 'hidden form.required'],
    [{ group: [{ inner: 'a', count: 2 }] }, 'group[0].day form.required'],
  ].map(([change, wanted]) => [{ ...sound(), ...change }, wanted]);
  const shapes = judge(cases.map(([sample]) => sample), '--shape');
  const judged = judge(cases.map(([sample]) => sample));
  cases.forEach(([sample, wanted], i) => {
    assert.ok(ajv(sample), `${wanted}: ${JSON.stringify(ajv.errors)}`);
    assert.ok(shapes[i].valid, `${wanted}: ${JSON.stringify(shapes[i].errors)}`);
    assert.deepEqual(judged[i].errors.map((error) => `${error.field} ${error.code}`), wanted ? [wanted] : [], JSON.stringify(sample));
  });
});
