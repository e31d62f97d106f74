/* tools/import-procedures.mjs: both shapes of the national portal, and the catalogue of the sample city against its schema. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';

const validate = new Ajv({ strict: true, strictTypes: false }).compile(JSON.parse(readFileSync('docs/catalogue.schema.json', 'utf8')));
const checked = list => {
  assert.ok(validate(list), JSON.stringify(validate.errors));
  return list;
};

function convert(t, files, ...options) {
  const folder = mkdtempSync(join(tmpdir(), 'motcua-import-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const paths = Object.entries(files).map(([name, content]) => {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
    return join(folder, name);
  });
  const input = paths.filter(path => !path.endsWith('overlay.json')), overlay = paths.filter(path => path.endsWith('overlay.json')).flatMap(path => ['--overlay', path]);
  return spawnSync(process.execPath, ['tools/import-procedures.mjs', ...options, ...overlay, ...input], { encoding: 'utf8' });
}

const old = {
  title: 'Thủ tục cấp thẻ mẫu', 'Trình tự thực hiện': '- Bước 1: Nộp. - Bước 2: Nhận.', 'Cơ quan thực hiện': 'Sở Công thương',
  'Cách thức thực hiện': [{ 'Hình thức nộp': 'Trực tiếp', 'Thời hạn giải quyết': '05 Ngày làm việc', 'Phí, lệ phí': 'Lệ phí: 200000 ĐồngXem chi tiết' }, { 'Hình thức nộp': 'Trực tuyến', 'Thời hạn giải quyết': '15 Ngày', 'Phí, lệ phí': '' }],
  'Thành phần hồ sơ': [{ 'Tên giấy tờ': '- Đơn đề nghị (theo mẫu);', 'Mẫu đơn, tờ khai': 'https://x/?ma=3fd9', 'Số lượng - bản chính': 'Bản chính: 1 - Bản sao: 2' }, { 'Tên giấy tờ': 'Trường hợp mất thẻ thì phải có đơn báo mất.', 'Số lượng - bản chính': 'Bản chính: 1 - Bản sao: 0' }],
};
const portal = {
  ma_thu_tuc: '9.000001', ten_thu_tuc: 'Thủ tục mẫu', linh_vuc: 'Hộ tịch', cap_thuc_hien: 'Cấp xã', so_quyet_dinh: '1/QĐ', doi_tuong_thuc_hien: 'Công dân Việt Nam, Tổ chức (không bao gồm doanh nghiệp, HTX)',
  cach_thuc_thuc_hien: 'Hình thức nộpThời gianPhí, lệ phíMô tảTrực tuyến3Miễn phíDịch vụ bưu chính3 Ngày làm việc8,000 VNĐTrực tiếpKhông có thông tin10 USD(/bản)',
  thanh_phan_ho_so: '* Giấy tờ phải nộp:Tên giấy tờMẫu đơn, tờ khaiSố lượngTờ khai1 bản chính- Bản vẽ.2 bản chính,1 bản saoLưu ý chung0 bản chính',
  can_cu_phap_ly: 'Tên văn bản pháp lýMã văn bảnLuật 60/2014/QH1360/2014/QH13Nghị định số 123/2015/NĐ-CP123/2015/NĐ-CPThông tư khác04/2020/TT-BTPNghị', ket_qua_xu_ly: 'Giấy mẫuMã: KQ.G15.000031Từ khóaKhông',
};

test('a procedure of the portal of 2021 becomes a description with a stable code', t => {
  const result = convert(t, { 'a.json': [old, old] }, '--compact');
  assert.equal(result.status, 0, result.stderr);
  const [first, second] = checked(JSON.parse(result.stdout));
  assert.match(first.code, /^P21\.[0-9A-F]{8}$/);
  assert.equal(second.code, `${first.code}-2`);
  assert.equal(first.name, 'Cấp thẻ mẫu');
  assert.deepEqual(first.levels, ['department']);
  assert.deepEqual(first.channels.map(c => [c.channel, c.limit, c.fee]), [['counter', '5 working days', 200000], ['online', '15 days', undefined]]);
  assert.equal(first.fee, 200000);
  assert.deepEqual(first.papers.map(p => [p.name, p.original, p.copy, p.required ?? true]), [['Đơn đề nghị', 1, 2, true], ['Đơn báo mất', 1, 0, false]]);
  assert.equal(first.steps, undefined);
  assert.equal(first.capabilities.online_submission, true);
  assert.equal(first.capabilities.online_payment, false);
});

test('a procedure of the portal of today is taken apart', t => {
  const result = convert(t, { 'a.json': portal }, '--compact', '--lines');
  assert.equal(result.status, 0, result.stderr);
  const entry = checked([JSON.parse(result.stdout)])[0];
  assert.deepEqual(entry.channels, [{ channel: 'online', limit: '3 working days' }, { channel: 'post', limit: '3 working days', fee: 8000 }]);
  assert.deepEqual(entry.papers.map(p => [p.name, p.original, p.copy]), [['Tờ khai', 1, 0], ['Bản vẽ', 2, 1]]);
  assert.deepEqual(entry.legal_basis.map(l => l.number), ['60/2014/QH13', '123/2015/NĐ-CP', '04/2020/TT-BTP']);
  assert.deepEqual(entry.results, [{ code: 'KQ.G15.000031', name: 'Giấy mẫu' }]);
  assert.deepEqual(entry.audience, ['Công dân Việt Nam', 'Tổ chức (không bao gồm doanh nghiệp, HTX)']);
});

test('an overlay replaces members, a whole description replaces the entry', t => {
  const whole = { code: '9.000001', name: 'Khác', field: { code: 'x', name: 'X' }, levels: ['city'] };
  const merged = JSON.parse(convert(t, { 'a.json': portal, 'overlay.json': [{ code: '9.000001', name_en: 'Sample' }] }).stdout)[0];
  assert.equal(merged.name_en, 'Sample');
  assert.equal(merged.name, 'Mẫu');
  assert.deepEqual(JSON.parse(convert(t, { 'a.json': portal, 'overlay.json': whole }).stdout), [whole]);
});

test('what cannot be read is said, and fails', t => {
  for (const files of [{ 'a.json': '{' }, { 'a.json': [{}] }, { 'a.json': [portal, portal] }]) {
    const result = convert(t, files);
    assert.equal(result.status, 1);
    assert.match(result.stderr, /a\.json|9\.000001/);
  }
  assert.equal(spawnSync(process.execPath, ['tools/import-procedures.mjs', '--nonsense']).status, 2);
});

test('the catalogue of the sample city keeps to its format', () => {
  const list = checked(JSON.parse(readFileSync('samples/catalogue.json', 'utf8')));
  assert.equal(list.length, 97);
  assert.equal(new Set(list.map(entry => entry.code)).size, 97);
  assert.ok(list.every(entry => entry.name_en));
  for (const code of ['2.000635', '1.001612', '1.013225', '1.004873'])
    assert.deepEqual(list.find(entry => entry.code === code), JSON.parse(readFileSync(`samples/procedures/${code}/procedure.json`, 'utf8')));
});
