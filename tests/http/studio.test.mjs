// The administrator of an agency and the supervisor of the city at work, on the sample city.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person, signedIn as signedInTo, startCity } from '../browser/city.mjs';

let city, admin;

const signedIn = (identifier) => signedInTo(city, identifier);
const memberOf = async (name) => {
  const page = await admin.get('/quan-tri');
  const found = new RegExp(`href="(/quan-tri/nguoi-dung/[0-9a-f-]{36})">${name}<`).exec(page.body);
  return found?.[1];
};
/** Names of the boxes that are ticked. */
const ticked = (html) => [...html.matchAll(/name="roles" value="([a-z_]+)" checked/g)].map((match) => match[1]);

before(async () => {
  city = await startCity({ time: null, options: ['--rate-limits', '0'] });
  admin = await signedIn('quan-tri@cau-giay.example');
});
after(() => city?.stop());

test('nobody but the administrator opens the pages, and nobody but the supervisor the city', async () => {
  const visitor = new Person(city), clerk = await signedIn('mot-cua@cau-giay.example'), supervisor = await signedIn('giam-sat@ha-noi.example');
  for (const path of ['/quan-tri', '/quan-tri/nguoi-dung/moi', '/quan-tri/don-vi', '/quan-tri/thu-tuc', '/quan-tri/su-co']) {
    assert.equal((await admin.get(path)).status, 200, path);
    assert.equal((await visitor.get(path)).status, 303, path);
    assert.equal((await clerk.get(path)).status, 403, path);
    assert.equal((await supervisor.get(path)).status, 403, path);
  }
  assert.equal((await supervisor.get('/thanh-pho')).status, 200);
  for (const person of [admin, clerk]) assert.equal((await person.get('/thanh-pho')).status, 403);
  await clerk.get('/can-bo');
  assert.equal((await clerk.post('/quan-tri/don-vi', { code: 'x', name: 'X', kind: 'division' })).status, 403);
});

test('a head of a unit finds the incidents of the unit by the menu, an administrator among the pages of administration', async () => {
  const head = await signedIn('truong-phong-tu-phap@cau-giay.example'), clerk = await signedIn('mot-cua@cau-giay.example');
  const menu = (page) => /<nav class="mainnav"[\s\S]*?<\/nav>/.exec(page.body)[0];
  const page = await head.get('/quan-tri/su-co');
  assert.equal(page.status, 200);
  assert.match(menu(page), /href="\/quan-tri\/su-co" aria-current="page"/);
  assert.match(page.body, /<h1>Sự cố<\/h1>/);
  assert.doesNotMatch(page.body, /href="\/quan-tri\/don-vi"/);
  for (const other of [admin, clerk]) assert.doesNotMatch(menu(await other.get('/can-bo')), /su-co/);
});

test('roles are granted to an account that is named exactly, changed, and ended at once', async () => {
  await admin.get('/quan-tri/nguoi-dung/moi');
  for (const [fields, error] of [
    [{ identifier: 'hung@example', unit: 'mot-cua', roles: 'cashier' }, 'identifier'],
    [{ identifier: 'hung', unit: 'mot-cua', roles: 'cashier' }, 'identifier'],
    [{ identifier: '', unit: 'mot-cua', roles: 'cashier' }, 'identifier'],
    [{ identifier: 'hung@example.com', unit: 'mot-cua' }, 'roles'],
    [{ identifier: 'hung@example.com', unit: 'mot-cua', roles: 'king' }, 'roles'],
    [{ identifier: 'hung@example.com', unit: 'khong-co', roles: 'cashier' }, 'unit'],
    [{ identifier: 'hung@example.com', unit: 'mot-cua', roles: 'cashier', title: 'x'.repeat(201) }, 'title'],
  ]) {
    const refused = await admin.post('/quan-tri/nguoi-dung/moi', { title: '', ...fields });
    assert.equal(refused.status, 422, JSON.stringify(fields));
    assert.ok(refused.body.includes(`href="#${error}"`), error);
  }
  assert.equal(await memberOf('Lê Văn Hùng'), undefined);
  const granted = await admin.post('/quan-tri/nguoi-dung/moi', { identifier: ' Hung@Example.com ', unit: 'mot-cua', roles: 'reception_clerk', title: 'Cán bộ mẫu' });
  assert.equal(granted.status, 303, granted.text);
  const url = await memberOf('Lê Văn Hùng');
  assert.ok(url);
  const hung = await signedIn('hung@example.com');
  assert.equal((await hung.get('/can-bo')).status, 200);
  const page = await admin.get(url);
  assert.deepEqual(ticked(page.body), ['reception_clerk']);
  assert.equal((await admin.post(url, { unit: 'mot-cua', title: 'Cán bộ', roles: 'cashier' })).status, 303);
  assert.deepEqual(ticked((await admin.get(url)).body), ['cashier']);
  assert.equal((await admin.post(`${url}/ket-thuc`)).status, 303);
  assert.equal(await memberOf('Lê Văn Hùng'), undefined);
  assert.equal((await admin.get(url)).status, 404);
  assert.equal((await hung.get('/can-bo')).status, 403);
  for (const path of ['/quan-tri/nguoi-dung/x', '/quan-tri/nguoi-dung/00000000-0000-0000-0000-000000000000']) assert.equal((await admin.get(path)).status, 404);
});

test('nobody becomes supervisor of the city here', async () => {
  await admin.get('/quan-tri/nguoi-dung/moi');
  const refused = await admin.post('/quan-tri/nguoi-dung/moi', { identifier: 'hung@example.com', unit: 'mot-cua', roles: 'city_supervisor', title: '' });
  assert.equal(refused.status, 403);
  assert.equal(await memberOf('Lê Văn Hùng'), undefined);
  const url = await memberOf('Cao Thị Hương');
  await admin.post(url, { unit: 'thu-ngan', title: 'Thủ quỹ', roles: 'city_supervisor' });
  const cashier = await signedIn('thu-ngan@cau-giay.example');
  assert.equal((await cashier.get('/thanh-pho')).status, 403);
});

test('the last administrator stays', async () => {
  const url = await memberOf('Dương Anh Tuấn');
  for (const attempt of [() => admin.post(url, { unit: 'mot-cua', title: 'Phó', roles: 'reception_clerk' }), () => admin.post(`${url}/ket-thuc`)]) {
    await admin.get(url);
    const refused = await attempt();
    assert.equal(refused.status, 409, refused.text.slice(0, 300));
    assert.match(refused.text, /người quản trị cuối cùng/);
  }
  assert.equal((await admin.get('/quan-tri')).status, 200);
  const other = await memberOf('Trịnh Thị Lan'), page = await admin.get(other);
  const unit = /<option value="([^"]+)" selected/.exec(page.body)[1];
  assert.equal((await admin.post(other, { unit, title: 'Văn thư', roles: 'records_clerk' })).status, 303);
});

test('another agency cannot be reached', async () => {
  const url = await memberOf('Dương Anh Tuấn'), other = await signedIn('quan-tri@ha-dong.example');
  assert.equal((await other.get(url)).status, 404);
  assert.equal((await other.post(url, { unit: 'mot-cua', title: '', roles: 'cashier' })).status, 404);
  assert.equal((await other.post(`${url}/ket-thuc`)).status, 404);
  assert.equal((await admin.get('/quan-tri')).status, 200);
});

test('units are added and renamed', async () => {
  await admin.get('/quan-tri/don-vi');
  for (const fields of [{ code: 'Sai Mã', name: 'Phòng', kind: 'division' }, { code: 'dung', name: '', kind: 'division' }, { code: 'dung', name: 'Phòng', kind: 'palace' }, { code: 'a'.repeat(41), name: 'Phòng', kind: 'division' }, { code: 'dung', name: 'x'.repeat(201), kind: 'division' }, {}])
    assert.equal((await admin.post('/quan-tri/don-vi', fields)).status, 422, JSON.stringify(fields));
  assert.equal((await admin.post('/quan-tri/don-vi', { code: 'phong-mau', name: 'Phòng Mẫu <b>', kind: 'division' })).status, 303);
  assert.match((await admin.get('/quan-tri/don-vi')).text, /Phòng Mẫu <b>/);
  assert.equal((await admin.post('/quan-tri/don-vi', { code: 'phong-mau', name: 'Phòng Mới', kind: 'records' })).status, 303);
  const page = await admin.get('/quan-tri/don-vi');
  assert.match(page.text, /Phòng Mới phong-mau Văn thư 0 0/);
  assert.doesNotMatch(page.text, /Phòng Mẫu/);
});

test('a procedure is taken and no longer taken', async () => {
  const code = '2.000635', offered = async () => (await new Person(city).get(`/thu-tuc/${code}?co-quan=cau-giay`)).text;
  const page = await admin.get('/quan-tri/thu-tuc');
  assert.match(page.body, new RegExp(`action="/quan-tri/thu-tuc/${code.replace('.', '\\.')}"`));
  const before = await offered();
  assert.equal((await admin.post(`/quan-tri/thu-tuc/${code}`, { unit: 'mot-cua' })).status, 303);
  const without = await offered();
  assert.notEqual(without, before);
  assert.equal((await admin.post(`/quan-tri/thu-tuc/${code}`, { unit: 'mot-cua', enabled: 'true' })).status, 303);
  assert.equal(await offered(), before);
  assert.equal((await admin.post('/quan-tri/thu-tuc/9.999999', { unit: 'mot-cua', enabled: 'true' })).status, 404);
  assert.equal((await admin.post(`/quan-tri/thu-tuc/${code}`, { unit: 'khong-co', enabled: 'true' })).status, 400);
});

test('incidents: an unknown one is not found', async () => {
  await admin.get('/quan-tri/su-co');
  for (const id of ['x', '00000000-0000-7000-8000-000000000000']) assert.equal((await admin.post(`/quan-tri/su-co/${id}/thu-lai`)).status, 404);
});

test('the city takes any period and level without an error', async () => {
  const supervisor = await signedIn('giam-sat@ha-noi.example');
  for (const query of ['', '?tu=01/01/2017&den=31/12/2017', '?tu=31/12/2017&den=01/01/2017', '?tu=x&den=99/99/9999', '?tu=01/01/1900&den=01/01/2200', '?cap=district', '?cap=kingdom', '?trang=999', '?trang=-1'])
    assert.equal((await supervisor.get(`/thanh-pho${query}`)).status, 200, query);
});

test('lists come as tables: good ones are used, wrong ones are told by line, and only the own can be changed', async () => {
  const page = '/quan-tri/danh-muc';
  await admin.open(page);
  const bring = (person, name, table, title = 'Mặt hàng') => person.upload(page, [{ name: 'bang.csv', type: 'text/csv', bytes: Buffer.from(table) }], { field: 'table', fields: { name, title } });
  assert.equal((await bring(admin, 'mat-hang', 'ma;ten;den_ngay\r\n01;"Gạo; nếp";\r\n02;Chè;31/12/2016\r\n')).status, 303);
  assert.match((await admin.open(page)).text, /Mặt hàng mat-hang 2 /);

  for (const [table, said] of [
    ['', /Bảng không có dòng nào/],
    ['Mã hàng,Tên hàng\n1,Gạo\n', /Dòng đầu của bảng phải có tên cột/],
    ['ma,ten\n', /Bảng không có dòng nào/],
    ['ma,ten\n1,Gạo\n,Chè\n', /Dòng 3: thiếu mã hoặc tên/],
    ['ma,ten\n1,Gạo\n\n\n4,\n', /Dòng 5: thiếu mã hoặc tên/],
    ['ma,ten,tu_ngay\n1,Gạo,31\/02\/2017\n', /Dòng 2: ngày không đúng/],
    ['ma,ten,tu_ngay,den_ngay\n1,Gạo,02/02/2017,01/02/2017\n', /Dòng 2: ngày hết hiệu lực trước/],
    ['ma,ten\n1,"Gạo\n2,Chè\n', /Dòng 2: dấu ngoặc kép không khép lại/],
    ['ma,ten\n1,Gạo\n1,Chè\n', /Mã “1” có hai lần/],
    ['ma,ten,code\n1,Gạo,2\n', /Dòng 1: hai cột cùng nghĩa “code”/],
    ['ma,ten,Ten\n1,Gạo,2\n', /Dòng 1: hai cột cùng nghĩa “Ten”/],
    ['ma,ten\n1,Gạo,,\n2,Chè, khô\n', /Dòng 3: nhiều ô hơn dòng đầu/],
    ['ma,ten\n1,\xff\n', /Dòng 2: có ký tự không đọc được/],
    ['ma,ten\n1,a\x01b\n', /Dòng 2: có ký tự không đọc được/],
    [`ma,ten\n${'x'.repeat(101)},Gạo\n`, /Dòng 2: mã hoặc tên quá dài/],
    [`ma,ten\n1,${'x'.repeat(501)}\n`, /Dòng 2: mã hoặc tên quá dài/],
    [`ma,ten\n${Array.from({ length: 100001 }, (_, i) => `${i},x`).join('\n')}`, /Dòng 100002: bảng có quá nhiều dòng/],
  ]) {
    const answer = await bring(admin, 'mat-hang', table === 'ma,ten\n1,\xff\n' ? Buffer.from(table, 'latin1') : table);
    assert.equal(answer.status, 422, String(said));
    assert.match(answer.text, said);
    assert.match(answer.body, /name="name"[^>]*value="mat-hang"/, 'what was typed is still there');
  }
  for (const name of ['', 'Mặt hàng', '../x', 'x'.repeat(41)]) assert.equal((await bring(admin, name, 'ma,ten\n1,Gạo\n')).status, 422, name);
  for (const name of ['agency', 'country', 'administrative_unit', 'ethnic_group', 'nationality']) assert.match((await bring(admin, name, 'ma,ten\n1,Gạo\n')).text, /đã có sẵn danh mục/, name);
  assert.equal((await bring(admin, 'mat-hang', 'ma,ten\n1,Gạo\n', '')).status, 422);
  assert.equal((await bring(admin, 'lon', Buffer.alloc(17 * 1024 * 1024, 'x'))).status, 413);
  assert.match((await admin.open(page)).text, /Mặt hàng mat-hang 2 /, 'nothing has changed');

  // Fifty thousand lines, found by words without marks.
  const lines = Array.from({ length: 50000 }, (_, i) => `${String(i).padStart(5, '0')},${i === 31415 ? 'Chè Thái Nguyên đặc sản' : `Mặt hàng thứ ${i}`}`);
  assert.equal((await bring(admin, 'mat-hang', `ma,ten\n${lines.join('\n')}\n`)).status, 303);
  assert.match((await admin.open(page)).text, /Mặt hàng mat-hang 50\.000 /);
  const find = async (agency) => (await admin.get(`/danh-muc/${agency}/mat-hang?q=${encodeURIComponent('dac san che')}`)).body;
  assert.match(await find('cau-giay'), /data-value="Chè Thái Nguyên đặc sản \(31415\)"/);
  assert.match(await find('dich-vong-cau-giay'), /31415/, 'an agency below uses it');
  assert.doesNotMatch(await find('ha-noi'), /31415/, 'one above does not');

  // Another administrator replaces a list of that name of the own agency, never this one; others nothing at all.
  const other = await signedIn('quan-tri@ha-dong.example'), clerk = await signedIn('mot-cua@cau-giay.example');
  await other.open(page);
  assert.equal((await bring(other, 'mat-hang', 'ma,ten\n1,Gạo\n')).status, 303);
  assert.doesNotMatch((await other.open(page)).text, /50\.000/);
  assert.match(await find('cau-giay'), /31415/);
  await clerk.open('/can-bo');
  assert.equal((await clerk.get(page)).status, 403);
  assert.equal((await bring(clerk, 'mat-hang', 'ma,ten\n1,Gạo\n')).status, 403);
  assert.equal((await admin.upload(page, [{ name: 'a.csv', bytes: Buffer.from('ma,ten\n1,x\n') }], { csrf: 'x', field: 'table', fields: { name: 'mat-hang', title: 'x' } })).status, 403);
});
