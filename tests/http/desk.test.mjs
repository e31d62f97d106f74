// Officials at work: a dossier from the desk to the citizen's hand, and everything that may get in between.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { extract } from '../browser/answers.mjs';
import { decide, findDossier, offeredTask, samplePdf, signedIn, startCity, step, submitDossier } from '../browser/city.mjs';

const ward = 'dich-vong-cau-giay.example';
let ahead = 0; // of the server's clock, microseconds
let city, lan, desk, officer, leader, records, other, planner;

/** Moves the server's clock to the next working day after `days` at this hour of Hà Nội. */
function goTo(days, hour) {
  const zone = 7 * 3600_000;
  const then = new Date(Date.now() + ahead / 1000 + zone + days * 86_400_000);
  then.setUTCHours(hour, 0, 0, 0);
  while ([0, 6].includes(then.getUTCDay())) then.setUTCDate(then.getUTCDate() + 1);
  ahead = (then.getTime() - zone - Date.now()) * 1000;
  city.setTime(then.toISOString().slice(0, 16));
}

const openDossier = async (official, code) => findDossier(official, code);
const eventually = async (look, seconds = 20) => {
  for (let i = 0; i < seconds * 4; i++) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return null;
};

before(async () => {
  city = await startCity({ time: null, options: ['--rate-limits', '0'] });
  goTo(1, 9); // a clock only goes forward: what has been written already must lie in the past
  lan = await signedIn(city, 'lan@example.com');
  [desk, officer, leader, records] = await Promise.all(
    ['mot-cua', 'tu-phap', 'lanh-dao', 'van-thu'].map((name) => signedIn(city, `${name}@${ward}`)),
  );
  other = await signedIn(city, 'mot-cua@cau-giay.example');
  planner = await signedIn(city, 'do-thi@cau-giay.example');
});
after(() => city?.stop());

test('a dossier goes the whole way to the citizen', async () => {
  const code = await submitDossier(lan);
  const url = await openDossier(desk, code);
  const queue = await desk.get('/can-bo');
  assert.match(queue.body, new RegExp(code));

  let page = await desk.get(url);
  assert.deepEqual(offeredTask(page).outcomes, ['receive', 'supplement', 'refuse']);
  assert.match(page.text, /Nguyễn Thị Lan/);
  const file = new RegExp(`${url}/tep/[0-9a-f-]{36}`).exec(page.body)[0];
  const sent = await desk.get(file);
  assert.equal(sent.headers['content-type'], 'application/pdf');
  assert.match(sent.headers['content-disposition'], /^attachment/);
  assert.match(sent.headers['content-security-policy'], /frame-ancestors 'none'/);
  const shown = await desk.get(file.replace('/tep/', '/xem/') + '/1');
  assert.equal(shown.status, 200);
  assert.equal(shown.headers['content-type'], 'image/jpeg');

  await step(desk, url, 'receive');
  page = await desk.get(url);
  assert.match(page.text, /Đã tiếp nhận/);
  assert.doesNotMatch(page.body, /hoan-thanh/, 'the desk has nothing more to decide');
  assert.match((await lan.get(`/ho-so/${code}`)).text, /Đã tiếp nhận/);

  await step(officer, url, 'approve', { note: 'Đã tra sổ.' });
  const signOff = await leader.get('/can-bo/ky-duyet');
  assert.match(signOff.text, /Đề nghị cấp.*Đã tra sổ\./s);
  const draft = await leader.get(`${url}/ket-qua/xem-truoc.pdf`);
  assert.equal(draft.status, 200);
  assert.ok(draft.body.startsWith('%PDF'));
  await step(leader, url, 'sign');

  const result = await records.get(`${url}/ket-qua`);
  assert.equal(result.status, 200);
  assert.match(result.text, /Phạm Đình Toàn, Chủ tịch, ký lúc/);
  await step(records, url, 'issue');
  assert.match((await desk.get(url)).text, /Đã có kết quả/);
  assert.equal((await records.get(`${url}/ket-qua/xem-truoc.pdf`)).status, 404, 'an issued result is no draft');

  // The fee comes before the result.
  const waiting = await desk.get('/can-bo/tra-ket-qua');
  assert.match(waiting.text, new RegExp(`${code}.*Chưa thu phí`, 's'));
  const refused = await decide(desk, url, 'hand_over', { recipient: 'Nguyễn Thị Lan' });
  assert.equal(refused.status, 409);
  assert.match(refused.text, /Chưa thu phí, lệ phí của hồ sơ này/);
  const due = await desk.get('/can-bo/thu-phi');
  const id = url.split('/').pop();
  const revision = new RegExp(`/can-bo/ho-so/${id}/thu-phi.*?name="revision" value="(\\d+)"`, 's').exec(due.body)[1];
  assert.equal((await desk.post(`${url}/thu-phi`, { revision, method: 'gold' })).status, 422);
  assert.equal((await desk.post(`${url}/thu-phi`, { revision, method: 'cash' })).status, 303);
  assert.equal((await desk.post(`${url}/thu-phi`, { revision, method: 'cash' })).status, 409, 'a fee is taken once');
  const receipts = await desk.get('/can-bo/thu-phi');
  assert.match(receipts.text, new RegExp(`\\d{4}-\\d{6} ${code.replaceAll('.', '\\.')} Tiền mặt`));

  assert.equal((await decide(desk, url, 'hand_over', { recipient: '' })).status, 422);
  await step(desk, url, 'hand_over', { recipient: 'Nguyễn Thị Lan' });
  page = await desk.get(url);
  assert.match(page.text, /Đã trả kết quả/);
  assert.match(page.text, /Người nhận: Nguyễn Thị Lan/);
  assert.match((await lan.get(`/ho-so/${code}`)).text, /Đã trả kết quả/);
  assert.match((await records.get('/can-bo/so-theo-doi')).text, new RegExp(code));
});

test('papers are printed: slip, answers, control sheet; nothing else', async () => {
  const code = await submitDossier(lan);
  const url = await openDossier(desk, code);
  for (const name of ['phieu/giay-hen.pdf', 'ban-in.pdf', 'phieu/kiem-soat.pdf']) {
    const paper = await desk.get(`${url}/${name}`);
    assert.equal(paper.status, 200, name);
    assert.ok(paper.body.startsWith('%PDF'), name);
  }
  for (const name of ['phieu/tu-choi.pdf', 'phieu/bo-sung-1.pdf', 'phieu/xin-loi-9.pdf', 'phieu/khac.pdf', 'phieu/giay-hen'])
    assert.equal((await desk.get(`${url}/${name}`)).status, 404, name);
});

describe('asking for papers', () => {
  let code, url;
  before(async () => {
    code = await submitDossier(lan);
    url = await openDossier(desk, code);
    await step(desk, url, 'receive');
  });

  test('needs a named paper and a reason; what was typed stays', async () => {
    const none = await decide(officer, url, 'supplement', { note: 'Cần thêm giấy tờ' });
    assert.equal(none.status, 422);
    assert.match(none.text, /ít nhất một giấy tờ/);
    assert.match(none.body, />Cần thêm giấy tờ<\/textarea>/);
    assert.match(none.body, /value="supplement" checked/);
    const [paper] = offeredTask(await officer.get(url)).papers;
    const bare = await decide(officer, url, 'supplement', { [`items[${paper.index}].ask`]: 'true', [`items[${paper.index}].paper`]: paper.paper,
      [`items[${paper.index}].name`]: 'Căn cước', [`items[${paper.index}].reason`]: '' });
    assert.equal(bare.status, 422);
    assert.match(bare.body, new RegExp(`items\\[${paper.index}\\]\\.ask" value="true" checked`));
  });

  test('stops the clock until the citizen has answered', async () => {
    const [paper] = offeredTask(await officer.get(url)).papers;
    await step(officer, url, 'supplement', { [`items[${paper.index}].ask`]: 'true', [`items[${paper.index}].paper`]: paper.paper,
      [`items[${paper.index}].name`]: 'Căn cước công dân', [`items[${paper.index}].reason`]: 'Ảnh mờ, không đọc được số' });
    let page = await officer.get(url);
    assert.match(page.text, /đang tạm dừng từ/);
    assert.match(page.text, /Đang chờ người nộp bổ sung giấy tờ/);
    assert.match((await desk.get('/can-bo?hang=cho-dan')).text, new RegExp(code));
    assert.equal((await officer.get(`${url}/phieu/bo-sung-1.pdf`)).status, 200);

    const mine = await lan.get(`/ho-so/${code}/bo-sung`);
    assert.match(mine.text, /Ảnh mờ, không đọc được số/);
    assert.equal((await lan.upload(`/ho-so/${code}/bo-sung/${paper.paper}`, [samplePdf()])).status, 303);
    const answers = (fields) => lan.post(`/ho-so/${code}/bo-sung/khai/so_luong`, { muc_dich: '', cam_doan: 'true', _action: 'leave', ...fields });
    assert.equal((await answers({ so_ban: '' })).status, 303);
    const incomplete = await lan.post(`/ho-so/${code}/bo-sung`, { note: 'Xin xem giúp' });
    assert.equal(incomplete.status, 422);
    assert.match(incomplete.body, /error-summary.*Hồ sơ chưa đầy đủ/s, 'it says why nothing was sent');
    assert.match(incomplete.body, />Xin xem giúp<\/textarea>/);
    assert.equal((await answers({ so_ban: '2' })).status, 303);
    const form = await lan.get(`/ho-so/${code}/bo-sung`);
    const revision = /name="revision" value="(\d+)"/.exec(form.body)?.[1] ?? '';
    assert.equal((await lan.post(`/ho-so/${code}/bo-sung`, { revision, note: 'Đã chụp lại' })).status, 303);
    page = await officer.get(url);
    assert.match(page.text, /đã tạm dừng 1 lần/);
    assert.ok(offeredTask(page), 'the officer goes on');
  });

  test('a second time must be confirmed', async () => {
    const [paper] = offeredTask(await officer.get(url)).papers;
    const again = { [`items[${paper.index}].ask`]: 'true', [`items[${paper.index}].paper`]: paper.paper,
      [`items[${paper.index}].name`]: 'Căn cước công dân', [`items[${paper.index}].reason`]: 'Vẫn mờ' };
    const unconfirmed = await decide(officer, url, 'supplement', again);
    assert.equal(unconfirmed.status, 422);
    assert.match(unconfirmed.text, /đã được yêu cầu bổ sung một lần/);
  });
});

test('refusing at the desk needs a reason, which the citizen reads', async () => {
  const code = await submitDossier(lan);
  const url = await openDossier(desk, code);
  const bare = await decide(desk, url, 'refuse');
  assert.equal(bare.status, 422);
  assert.match(bare.body, /id="note-error"/);
  await step(desk, url, 'refuse', { note: 'Việc này thuộc thẩm quyền của phường khác.' });
  assert.match((await desk.get(url)).text, /Không được tiếp nhận/);
  assert.equal((await desk.get(`${url}/phieu/tu-choi.pdf`)).status, 200);
  assert.match((await lan.get(`/ho-so/${code}`)).text, /Việc này thuộc thẩm quyền của phường khác\./);
});

test('a refusal in substance is proposed, signed and issued as a letter', async () => {
  const code = await submitDossier(lan);
  const url = await openDossier(desk, code);
  await step(desk, url, 'receive');
  await step(officer, url, 'reject', { note: 'Không có trong sổ hộ tịch.' });
  assert.match((await leader.get('/can-bo/ky-duyet')).text, new RegExp(`Đề nghị từ chối[^]*${code}`));
  await step(leader, url, 'sign');
  assert.match((await records.get(`${url}/ket-qua`)).text, /Từ chối giải quyết.*TB-TCGQ/s);
  await step(records, url, 'issue');
  assert.match((await desk.get(url)).text, /Không được giải quyết/);
});

test('who comes second loses nothing and is told who was first', async () => {
  const code = await submitDossier(lan);
  const url = await openDossier(desk, code);
  const second = await signedIn(city, `mot-cua@${ward}`);
  const task = offeredTask(await second.get(url));
  await step(desk, url, 'receive');
  const late = await second.post(`/can-bo/viec/${task.id}/hoan-thanh`, { revision: task.revision, outcome: 'refuse', note: 'Tôi đã viết\nhai dòng' });
  assert.equal(late.status, 409);
  assert.match(late.text, /Nguyễn Thị Kim Oanh đã xử lý trước bạn/);
  assert.match(late.body, /Tôi đã viết\r?\nhai dòng/);
  assert.match(late.text, /Từ chối tiếp nhận/);
  assert.match(late.text, /Hồ sơ được tiếp nhận/, 'what changed meanwhile');
  assert.match((await desk.get(url)).text, /Đã tiếp nhận/);
});

test('a stale page is refused even while the task is open', async () => {
  const code = await submitDossier(lan);
  const url = await openDossier(desk, code);
  const task = offeredTask(await desk.get(url));
  assert.equal((await desk.post(`/can-bo/viec/${task.id}/nhan`)).status, 303);
  for (const revision of [task.revision, '', 'x', '0', '-1', '99999999999999999999'])
    assert.equal((await desk.post(`/can-bo/viec/${task.id}/hoan-thanh`, { revision, outcome: 'receive' })).status, 409, `revision ${revision}`);
  assert.equal((await desk.post(`/can-bo/viec/${task.id}/tra-lai`)).status, 303);
  const unknown = await decide(desk, url, 'receive', { outcome: 'sign' });
  assert.equal(unknown.status, 422);
  await step(desk, url, 'receive');
});

test('a task that somebody has taken is his until he gives it back', async () => {
  const code = await submitDossier(lan);
  const url = await openDossier(desk, code);
  const task = offeredTask(await desk.get(url));
  const taken = await desk.post(`/can-bo/viec/${task.id}/nhan`);
  assert.equal(taken.status, 303);
  assert.match((await desk.get('/can-bo?hang=cua-toi')).text, new RegExp(code));
  assert.match((await desk.get(url)).text, /Nguyễn Thị Kim Oanh \(bạn\)/);
  assert.doesNotMatch((await desk.get('/can-bo?hang=chua-nhan')).text, new RegExp(code));
  assert.equal((await officer.post(`/can-bo/viec/${task.id}/nhan`)).status, 403, 'not his role');
});

test('another agency sees nothing of it', async () => {
  const code = await submitDossier(lan);
  const url = await openDossier(desk, code);
  const page = await desk.get(url);
  const task = offeredTask(page);
  const file = new RegExp(`${url}/tep/[0-9a-f-]{36}`).exec(page.body)[0];
  for (const target of [url, `${url}/phieu/giay-hen.pdf`, `${url}/ban-in.pdf`, `${url}/ket-qua/xem-truoc.pdf`, file])
    assert.equal((await other.get(target)).status, 404, target);
  for (const [target, fields] of [[`/can-bo/viec/${task.id}/nhan`, {}], [`/can-bo/viec/${task.id}/hoan-thanh`, { revision: task.revision, outcome: 'receive' }],
    [`${url}/thu-phi`, { revision: 1, method: 'cash' }]])
    assert.equal((await other.post(target, fields)).status, 404, target);
  assert.doesNotMatch((await other.get(`/can-bo/ho-so?tim=${code}`)).body, new RegExp(url));
  assert.ok(offeredTask(await desk.get(url)), 'nothing has happened');
});

test('a file is only served under its own dossier', async () => {
  const [one, two] = [await submitDossier(lan), await submitDossier(lan)];
  const [first, second] = [await openDossier(desk, one), await openDossier(desk, two)];
  const file = new RegExp(`/tep/[0-9a-f-]{36}`).exec((await desk.get(first)).body)[0];
  assert.equal((await desk.get(`${first}${file}`)).status, 200);
  assert.equal((await desk.get(`${second}${file}`)).status, 404);
});

test('roles open only their own pages', async () => {
  const closed = [[desk, '/can-bo/ky-duyet'], [desk, '/can-bo/tong-hop'], [desk, '/can-bo/xin-loi'], [planner, '/can-bo/tra-ket-qua'],
    [planner, '/can-bo/thu-phi'], [planner, '/can-bo/so-theo-doi'], [planner, '/can-bo/tong-hop'], [records, '/can-bo/ky-duyet'], [leader, '/can-bo/so-theo-doi.csv'], [lan, '/can-bo']];
  for (const [person, target] of closed) assert.equal((await person.get(target)).status, 403, target);
  const open = [[leader, '/can-bo/ky-duyet'], [leader, '/can-bo/tong-hop'], [leader, '/can-bo/xin-loi'], [desk, '/can-bo/tra-ket-qua'],
    [desk, '/can-bo/so-theo-doi'], [records, '/can-bo/so-theo-doi.csv'], [officer, '/can-bo/xin-loi'], [lan, '/can-bo/vai-tro']];
  for (const [person, target] of open) assert.equal((await person.get(target)).status, 200, target);
  const code = await submitDossier(lan);
  const url = await openDossier(desk, code);
  const task = offeredTask(await desk.get(url));
  const wrong = await officer.post(`/can-bo/viec/${task.id}/hoan-thanh`, { revision: task.revision, outcome: 'receive' });
  assert.equal(wrong.status, 403);
  assert.equal(offeredTask(await officer.get(url)), null, 'what he may not do is not offered');
});

test('the page that chooses a role shows the one in use and its entries', async () => {
  const entries = (page) => [...page.body.matchAll(/<li><a href="(\/can-bo[^"?]*)"/g)].map(([, url]) => url);
  const page = await desk.get('/can-bo/vai-tro');
  assert.match(page.text, /Đang làm việc với vai trò: Công chức tiếp nhận · /);
  assert.deepEqual(entries(page), entries(await desk.get('/can-bo/ho-so')));
});

test('a period whose days are the wrong way round is put in order', async () => {
  for (const [person, target] of [[leader, '/can-bo/tong-hop'], [desk, '/can-bo/so-theo-doi']]) {
    const page = await person.get(`${target}?tu=31/12/2030&den=01/01/2015`);
    assert.match(page.body, /name="tu"[^>]* value="01\/01\/2015"/, target);
    assert.match(page.body, /name="den"[^>]* value="31\/12\/2030"/, target);
  }
});

test('addresses and figures that mean nothing are answered, never 500', async () => {
  const code = await submitDossier(lan);
  const url = await openDossier(desk, code);
  for (const target of ['/can-bo/ho-so/x', '/can-bo/ho-so/0192f300-0002-7c3d-9a2b-1f4e5d6c7b8a', `${url}/tep/x`, '/can-bo/hoi-y-kien/x',
    '/can-bo/hoi-y-kien/0192f300-0002-7c3d-9a2b-1f4e5d6c7b8a', `${url}/phieu/x.pdf`])
    assert.equal((await desk.get(target)).status, 404, target);
  for (const query of ['hang=x', 'sau=x', 'sau=9223372036854775807.0192f300-0002-7c3d-9a2b-1f4e5d6c7b8a', 'vai-tro=signing_leader', 'thu-tuc=%F0%9F%90%89',
    'thu-tuc=' + 'x'.repeat(500), 'hang=cho-dan&thu-tuc=1'])
    assert.equal((await desk.get(`/can-bo?${query}`)).status, 200, query);
  for (const query of ['tu=31/02/2017', 'tu=99/99/9999&den=0', 'tu=01/01/2199&den=01/01/1900', 'trang=999999', 'tim=%25%25%25', "tim='--", 'tim=%5C'])
    assert.equal((await desk.get(`/can-bo/so-theo-doi?${query}`)).status, 200, query);
  assert.equal((await desk.get('/can-bo/ho-so?tim=%25&trang-thai=x&trang=-1')).status, 200);
  assert.equal((await desk.get(`${url}?xem=x&viec=y`)).status, 200);
  assert.equal((await leader.get('/can-bo/tong-hop?tu=x&den=01/01/1900')).status, 200);
  assert.equal((await desk.post('/can-bo/viec/x/nhan')).status, 404);
  assert.equal((await leader.get(`${url}/xin-loi/99999999999`)).status, 404);
  assert.equal((await desk.post('/can-bo/vai-tro', { membership: 'x' })).status, 404);
});

test('dossiers are found by code, part of it, name without accents, phone', async () => {
  const code = await submitDossier(lan);
  const url = await openDossier(desk, code);
  for (const text of [code, code.slice(-11), code.replace(/[.-]/g, ''), 'nguyen thi lan', 'LAN', '0912 345 678', '345678']) {
    const page = await desk.get(`/can-bo/ho-so?tim=${encodeURIComponent(text)}`);
    assert.match(page.body, new RegExp(url), text);
  }
  for (const text of ['khong co ai', '999.00', '0987654321', '!!!'])
    assert.doesNotMatch((await desk.get(`/can-bo/ho-so?tim=${encodeURIComponent(text)}`)).body, new RegExp(url), text);
  assert.doesNotMatch((await desk.get(`/can-bo/ho-so?tim=${code}&trang-thai=closed`)).body, new RegExp(url));
});

test('the register is a table and a CSV that no spreadsheet runs', async () => {
  const code = await submitDossier(lan, { ...extract, nguoi_yeu_cau: { ...extract.nguoi_yeu_cau, 'noi_cu_tru.line': '=HYPERLINK("x";"y")' } });
  await step(desk, await openDossier(desk, code), 'receive');
  const csv = await desk.get('/can-bo/so-theo-doi.csv');
  assert.equal(csv.status, 200);
  assert.match(csv.headers['content-type'], /^text\/csv/);
  const lines = csv.body.replace(/^\uFEFF/, '').trimEnd().split('\r\n');
  assert.match(lines[0], /^"STT","Mã hồ sơ"/);
  const line = lines.find((one) => one.includes(code));
  assert.ok(line);
  assert.equal(line.split('","').length, 12);
  assert.doesNotMatch(csv.body, /(^|,)"[=+@-]/m);
  assert.match((await desk.get('/can-bo/so-theo-doi')).text, new RegExp(code));
});

describe('a late dossier', () => {
  let code, url;
  before(async () => {
    code = await submitDossier(lan);
    url = await openDossier(desk, code);
    await step(desk, url, 'receive');
    goTo(2, 10);
    [lan, desk, officer, leader, records, other] = [await signedIn(city, 'lan@example.com'),
      ...(await Promise.all(['mot-cua', 'tu-phap', 'lanh-dao', 'van-thu'].map((name) => signedIn(city, `${name}@${ward}`)))),
      await signedIn(city, 'mot-cua@cau-giay.example')];
  });

  test('is shown as late, in words', async () => {
    assert.match((await officer.get(url)).text, /Quá hạn \d/);
    assert.match((await officer.get('/can-bo?hang=qua-han')).text, new RegExp(code));
  });

  test('gets an apology drafted, which a leader completes and sends', async () => {
    const listed = await eventually(async () => {
      const page = await leader.get('/can-bo/xin-loi');
      return new RegExp(`${url}/xin-loi/1`).test(page.body) ? page : null;
    }, 60);
    assert.ok(listed, 'no apology was drafted');
    const target = `${url}/xin-loi/1`;
    const form = await leader.get(target);
    const revision = /name="revision" value="(\d+)"/.exec(form.body)[1];
    const due = new Date(Date.now() + ahead / 1000 + 7 * 3600_000 + 7 * 86_400_000);
    const fields = { revision, reason: 'Sổ gốc đang được phục chế.', 'new_due.day': due.getUTCDate(), 'new_due.month': due.getUTCMonth() + 1,
      'new_due.year': due.getUTCFullYear(), new_due_time: '17:00', action: 'send' };
    assert.equal((await records.post(target, fields)).status, 403, 'the records clerk does not send it');
    const bare = await leader.post(target, { ...fields, reason: '' });
    assert.equal(bare.status, 422);
    assert.match(bare.body, /id="reason-error"/);
    const nonsense = await leader.post(target, { ...fields, 'new_due.month': '13' });
    assert.equal(nonsense.status, 422);
    assert.match(nonsense.body, /Sổ gốc đang được phục chế\./);
    assert.match(nonsense.body, /value="13"/);
    assert.equal((await leader.post(target, { ...fields, 'new_due.year': due.getUTCFullYear() - 1 })).status, 422);
    assert.equal((await leader.post(target, { ...fields, revision: 1 })).status, 409);
    assert.equal((await leader.post(target, fields)).status, 303);
    assert.equal((await leader.post(target, fields)).status, 409, 'it is sent once');
    const page = await leader.get(url);
    assert.match(page.text, /Gửi phiếu xin lỗi và hẹn lại/);
    assert.doesNotMatch((await leader.get('/can-bo/xin-loi')).body, new RegExp(target));
    assert.equal((await lan.get(`/ho-so/${code}/phieu/xin-loi-1.pdf`)).status, 200);
    assert.match((await lan.get(`/ho-so/${code}`)).text, /xin lỗi và hẹn lại/);
  });

  test('counts as late in the figures of the agency, whose sums hold', async () => {
    const page = await leader.get('/can-bo/tong-hop?tu=01/01/2020');
    assert.equal(page.status, 200);
    const total = /<tfoot>.*?<\/tfoot>/s.exec(page.body)[0];
    const cells = [...total.matchAll(/<td class="number">([\d.,]+)<\/td>/g)].map(([, text]) => Number(text.replace(/\D/g, '')));
    const [received, online, direct, carried, finished, early, onTime, late, open, inTime, overdue] = cells;
    assert.equal(cells.length, 11);
    assert.equal(received, online + direct + carried);
    assert.equal(finished, early + onTime + late);
    assert.equal(open, inTime + overdue);
    assert.equal(received, finished + open);
    assert.ok(overdue >= 1);
  });
});

test('every page is there in English too', async () => {
  const code = await submitDossier(lan);
  const english = await signedIn(city, `mot-cua@${ward}`, { language: 'en' });
  const url = await openDossier(english, code);
  for (const target of ['/can-bo', '/can-bo/vai-tro', '/can-bo/ho-so', '/can-bo/so-theo-doi', '/can-bo/tra-ket-qua', '/can-bo/thu-phi', url]) {
    const page = await english.get(target);
    assert.equal(page.status, 200, target);
    assert.match(page.body, /<html lang="en">/);
    assert.doesNotMatch(page.body, /\{\{|\(null\)/);
    assert.equal(page.body.match(/<h1[ >]/g).length, 1, target);
  }
  const page = await english.get(url);
  assert.match(page.text, /Receive the dossier/);
});
