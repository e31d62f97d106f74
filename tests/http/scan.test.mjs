// Papers and the virus scanner: quarantine, verdicts, and what each side sees of it. With a clamd of our own (clamd.mjs).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { extract } from '../browser/answers.mjs';
import { answerPages, attachAll, findDossier, samplePdf, signedIn, startCity, startDraft, submitDraft, until } from '../browser/city.mjs';
import { clamd, eicar, prepareClamd } from './clamd.mjs';

const ward = 'dich-vong-cau-giay';
const infectedPdf = (name) => samplePdf(name, { hidden: eicar.toString('latin1') });

describe('with a scanner', { skip: clamd === null && 'clamd is not installed' }, () => {
  let scanner, city, lan, desk;
  before(async () => {
    scanner = await prepareClamd({ limit: '1M' });
    city = await startCity({ time: null, options: ['--rate-limits', '0', '--virus-scan', 'required', '--clamd', scanner.socket, '--clamd-timeout', '20s'] });
    [lan, desk] = await Promise.all([signedIn(city, 'lan@example.com'), signedIn(city, `mot-cua@${ward}.example`)]);
  });
  after(async () => {
    await city?.stop();
    await scanner?.remove();
  });

  const draftWithAnswers = async () => {
    const draft = await startDraft(lan, '2.000635', ward);
    await answerPages(lan, draft, extract);
    return draft;
  };
  const upload = async (draft, file) => {
    const page = await lan.open(`${draft}/giay-to`);
    const target = new RegExp(`action="(${draft}/giay-to/[^"/]+)"`).exec(page.body)[1];
    assert.equal((await lan.upload(target, [file])).status, 303);
  };
  /** The line of this file on a page: its address and what is said of it. */
  const lineOf = (page, name) => {
    const line = page.body.split('<li>').find((part) => part.includes(name))?.split('</li>')[0] ?? '';
    return { text: line.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' '), link: /href="([^"]*\/tep\/[^"]*)"/.exec(line)?.[1] ?? null, remove: /action="([^"]*\/xoa)"/.exec(line)?.[1] ?? null };
  };
  const papersUntil = (draft, name, pattern) =>
    until(async () => {
      const page = await lan.open(`${draft}/giay-to`);
      return pattern.test(lineOf(page, name).text) ? page : null;
    }, `${name}: ${pattern}`);
  const fileAddress = (draft, remove) => `${draft}/tep/${/([0-9a-f-]{36})\/xoa$/.exec(remove)[1]}`;

  test('a paper waits in quarantine while no scanner answers, and opens once it is clean', async () => {
    const draft = await draftWithAnswers();
    await upload(draft, samplePdf('sach.pdf'));
    const line = lineOf(await lan.open(`${draft}/giay-to`), 'sach.pdf');
    assert.match(line.text, /Chờ kiểm tra mã độc/);
    assert.equal(line.link, null);
    const closed = await lan.get(fileAddress(draft, line.remove));
    assert.equal(closed.status, 409);
    assert.match(closed.text, /đang chờ kiểm tra mã độc/);
    assert.doesNotMatch(closed.body, /%PDF/);
    const unseen = fileAddress(draft, line.remove).replace('/tep/', '/xem/');
    for (const target of [unseen, `${unseen}/1`]) assert.equal((await lan.get(target)).status, 409, target);

    await scanner.start();
    const page = await papersUntil(draft, 'sach.pdf', /Sạch/);
    const opened = await lan.get(lineOf(page, 'sach.pdf').link);
    assert.equal(opened.status, 200);
    assert.equal(opened.bytes.subarray(0, 5).toString(), '%PDF-');
  });

  test('what is put into the personal store waits, opens and is blocked alike', async () => {
    const line = (page, name) => lineOf(page, name).text;
    for (const file of [samplePdf('kho-sach.pdf'), infectedPdf('kho-xau.pdf')]) {
      await lan.get('/kho-giay-to');
      assert.equal((await lan.upload('/kho-giay-to', [file])).status, 303);
    }
    const page = await until(async () => {
      const now = await lan.get('/kho-giay-to');
      return /Sạch/.test(line(now, 'kho-sach')) && /Có mã độc/.test(line(now, 'kho-xau')) ? now : null;
    }, 'the verdicts on both');
    const id = (name) => /kho-giay-to\/([0-9a-f-]{36})/.exec(page.body.split('<li>').find((part) => part.includes(name)))[1];
    assert.equal((await lan.get(`/kho-giay-to/${id('kho-sach')}`)).status, 200);
    assert.equal((await lan.get(`/kho-giay-to/${id('kho-xau')}`)).status, 403);
    assert.equal((await lan.post(`/kho-giay-to/${id('kho-xau')}/xoa`)).status, 303);
  });

  test('a paper with a virus is blocked, does not count, and its owner is told what to do', async () => {
    const draft = await draftWithAnswers();
    await upload(draft, infectedPdf('nhiem.pdf'));
    const page = await papersUntil(draft, 'nhiem.pdf', /Có mã độc – đã chặn/);
    const line = lineOf(page, 'nhiem.pdf');
    assert.match(line.text, /Hãy bỏ tệp, quét mã độc trên máy của bạn/);
    assert.match(page.text, /Còn thiếu/);
    assert.equal(line.link, null);
    const address = fileAddress(draft, line.remove);
    for (const headers of [{}, { Range: 'bytes=0-9' }]) {
      const answer = await lan.send('GET', address, { headers });
      assert.equal(answer.status, 403);
      assert.match(answer.text, /có mã độc nên đã bị chặn/);
    }
    // the page would not send it, and neither does the server take it
    const refused = await lan.post(`${draft}/nop`, { revision: '1', return_channel: 'counter', agree: 'true' });
    assert.doesNotMatch(refused.location ?? '', /giay-hen/);
    assert.equal((await lan.post(line.remove)).status, 303);
    await upload(draft, samplePdf('moi.pdf'));
    await papersUntil(draft, 'moi.pdf', /Sạch/);
    assert.ok(await submitDraft(lan, draft));
    assert.ok(city.lines().some((entry) => entry.event === 'document.infected' && entry.finding === 'Test.Eicar.UNOFFICIAL'));
  });

  test('what the scanner does not look into stays closed and says so', async () => {
    const draft = await draftWithAnswers();
    await upload(draft, samplePdf('lon.pdf', { size: 3_000_000 }));
    const page = await papersUntil(draft, 'lon.pdf', /Chưa kiểm tra được mã độc/);
    const line = lineOf(page, 'lon.pdf');
    assert.match(line.text, /tải lên bản nhỏ hơn/);
    assert.equal((await lan.get(fileAddress(draft, line.remove))).status, 409);
  });

  test('reception sees a virus found after the submission, and cannot open the file either', async () => {
    await scanner.stop();
    const draft = await draftWithAnswers();
    await attachAll(lan, draft);
    await upload(draft, infectedPdf('den-sau.pdf'));
    const infected = /([0-9a-f-]{36})\/xoa$/.exec(lineOf(await lan.open(`${draft}/giay-to`), 'den-sau.pdf').remove)[1];
    const code = await submitDraft(lan, draft);
    const url = await findDossier(desk, code);
    const waiting = lineOf(await desk.get(url), 'den-sau.pdf');
    assert.match(waiting.text, /Chờ kiểm tra mã độc/);
    assert.equal(waiting.link, null);
    await scanner.start();
    const page = await until(async () => {
      const shown = await desk.get(url);
      return /Có mã độc – đã chặn/.test(lineOf(shown, 'den-sau.pdf').text) ? shown : null;
    }, 'the verdict');
    assert.match(lineOf(page, 'den-sau.pdf').text, /Phát hiện “Test\.Eicar\.UNOFFICIAL”/);
    assert.match(page.text, /Phát hiện mã độc trong giấy tờ/);
    const mail = await until(() => city.mails(new RegExp(code), /có mã độc/).at(-1), 'a mail about the virus');
    assert.match(mail, /To: .*lan@example\.com/);
    assert.match(mail, /Tệp “den-sau\.pdf”/);
    assert.match(mail, /chụp hoặc quét lại từ bản giấy/);
    assert.match(mail, new RegExp(`/ho-so/${code}`));
    for (const target of [`/ho-so/${code}/xem/${infected}`, `/ho-so/${code}/xem/${infected}/1`]) assert.equal((await lan.get(target)).status, 403);
    assert.equal((await desk.get(`${url}/xem/${infected}/1`)).status, 403);
    const own = lineOf(await lan.get(`/ho-so/${code}`), 'den-sau.pdf');
    assert.match(own.text, /Có mã độc – đã chặn/);
    assert.equal((await desk.get(lineOf(page, 'giay-to.pdf').link)).status, 200);
    assert.equal((await desk.get(`${url}/tep/${infected}`)).status, 403);
    assert.equal((await lan.get(`/ho-so/${code}/tep/${infected}`)).status, 403);
  });
});
