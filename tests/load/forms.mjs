// A form of 300 questions shown, checked and saved, and a list of 50,000 entries brought and searched, each over HTTP.
//   MOTCUA_TEST_PROGRAM=build/release/motcua node tests/load/forms.mjs [ROUNDS]
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fieldsOf, root, signedIn, startCity, startDraft, until } from '../browser/city.mjs';

const rounds = Number(process.argv[2] ?? 50), questions = 300, entries = 50000;
const city = await startCity({ time: null, options: ['--rate-limits', '0'] });
const kinds = [['text', 'Số nhà 12'], ['integer', '42'], ['phone', '0912 345 678'], ['email', 'lan@example.com'], ['person_name', 'Nguyễn Thị Lan'], ['money', '8.000']];
const question = (i) => ({ key: `tra_loi_${i}`, kind: kinds[i % 6][0], label: `Câu hỏi ${i}`, required: true, ...(i % 3 === 2 ? { visible_if: `tra_loi_${i - 1} != null` } : {}) });

const folder = mkdtempSync(path.join(tmpdir(), 'motcua-forms-'));
cpSync(path.join(root, 'samples/procedures/2.000635'), folder, { recursive: true });
const { fee, ...procedure } = JSON.parse(readFileSync(path.join(folder, 'procedure.json'), 'utf8'));
const form = { form: '2.000635', title: 'Ba trăm câu hỏi', pages: [{ key: 'trang', title: 'Trang', fields: Array.from({ length: questions }, (_, i) => question(i)) }] };
writeFileSync(path.join(folder, 'procedure.json'), JSON.stringify({ ...procedure, papers: procedure.papers.map(({ condition, ...paper }) => paper) }));
writeFileSync(path.join(folder, 'form.json'), JSON.stringify(form));
execFileSync('chmod', ['-R', 'a+rX', folder]);
execFileSync(city.program, ['catalogue', 'publish', folder, '--data', path.join(city.data, 'var')], { env: { ...process.env, MOTCUA_SHARE: root, DATABASE_URL: '' }, stdio: ['ignore', 'ignore', 'inherit'] });
rmSync(folder, { recursive: true });

async function measure(name, work, times = rounds) {
  const taken = [];
  for (let i = 0; i < times; i++) {
    const start = process.hrtime.bigint();
    await work(i);
    taken.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  taken.sort((a, b) => a - b);
  console.log(`${name.padEnd(64)} ${taken[times >> 1].toFixed(1).padStart(8)} ms, worst ${taken[times - 1].toFixed(1)} ms`);
}
const wants = (answer, status) => {
  if (answer.status !== status) throw new Error(`${answer.status} for ${status}: ${answer.text.slice(0, 300)}`);
  return answer;
};

const lan = await signedIn(city, 'lan@example.com'), admin = await signedIn(city, 'quan-tri@cau-giay.example');
const draft = await startDraft(lan, '2.000635', 'dich-vong-cau-giay'), page = `${draft}/trang`;
const answers = Object.fromEntries(form.pages[0].fields.map((field, i) => [field.key, kinds[i % 6][1]]));
const fields = async () => ({ ...fieldsOf((await lan.get(page)).body, page), ...answers });
await measure('300 questions: an empty page shown', async () => wants(await lan.get(page), 200));
let sent = await fields();
await measure('300 questions: saved while somebody types', async (i) => {
  const answer = wants(await lan.post(`${draft}/luu/trang`, { ...sent, tra_loi_0: `Số nhà ${i}` }), 200);
  sent._revision = String(JSON.parse(answer.body).revision);
});
await measure('300 questions: a full page shown', async () => wants(await lan.get(page), 200));
sent = await fields();
await measure('300 questions: sent, saved, all in order', async () => {
  wants(await lan.post(page, { ...sent, _action: 'next', _revision: '0' }), 303);
});
const wrong = Object.fromEntries(Object.entries(sent).map(([key, value]) => [key, key.startsWith('tra_loi_') && Number(key.slice(8)) % 6 ? '?' : value]));
await measure('300 questions: sent, saved, 250 faults shown', async () => wants(await lan.post(page, { ...wrong, _revision: '0' }), 422));

const lines = Array.from({ length: entries }, (_, i) => `${String(i).padStart(5, '0')},${i === 31415 ? 'Chè Thái Nguyên đặc sản' : `Mặt hàng thứ ${i} của bảng`}`);
const bytes = Buffer.from(`ma,ten\n${lines.join('\n')}\n`);
await admin.open('/quan-tri/danh-muc');
await measure('50,000 entries: brought as CSV, in use', async () => wants(await admin.upload('/quan-tri/danh-muc', [{ name: 'bang.csv', bytes }], { field: 'table', fields: { name: 'hang', title: 'Mặt hàng' } }), 303), 5);
const search = (words) => lan.get(`/danh-muc/cau-giay/hang?q=${encodeURIComponent(words)}`);
await until(async () => /31415/.test((await search('che thai nguyen')).body), 'the list');
await measure('50,000 entries: searched by words, one fits', () => search('dac san che'));
await measure('50,000 entries: searched by words that nothing fits', () => search('khong co'));
await measure('50,000 entries: searched by a code', () => search('04711'));
await city.stop();
