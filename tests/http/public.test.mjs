// The public pages as somebody finds them who has never been here.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person, readable, startCity } from '../browser/city.mjs';

let city;
let person;

before(async () => {
  city = await startCity({ time: null, options: ['--rate-limits', '0'] });
  person = new Person(city);
});
after(() => city?.stop());

const namesOf = (body) => [...body.matchAll(/<a class="list__name" href="\/thu-tuc\/([^"]+)">(.*?)<\/a>/gs)].map(([, code, name]) => ({ code, name }));
const facetOf = (body, key) => {
  const list = new RegExp(`aria-labelledby="loc-${key}">(.*?)</ul>`, 's').exec(body)[1];
  return [...list.matchAll(/<a href="([^"]+)"( aria-current="true")?[^>]*><span>(.*?)<\/span><span class="number">([\d.,]+)<\/span>/gs)].map(
    ([, url, selected, label, count]) => ({ url: url.replaceAll('&amp;', '&'), selected: Boolean(selected), label: readable(label), count: Number(count.replace(/\D/g, '')) }),
  );
};
const totalOf = (text) => Number(/Có ([\d.]+) thủ tục/.exec(text)[1].replace(/\D/g, ''));

test('every public page answers, in both languages, with a title and one heading', async () => {
  const english = new Person(city, { language: 'en' });
  for (const target of ['/', '/thu-tuc', '/thu-tuc/1.001612', '/thu-tuc/1.001612/mau/1', '/tim-kiem', '/tim-kiem?q=khai+sinh', '/co-quan', '/co-quan?cap=commune',
    '/co-quan?cap=department', '/co-quan/cau-giay', '/tra-cuu', '/xac-minh', '/tro-giup', '/tro-giup/tiep-can']) {
    for (const [visitor, language] of [[person, 'vi'], [english, 'en']]) {
      const page = await visitor.get(target);
      assert.equal(page.status, 200, `${target} in ${language}`);
      assert.match(page.body, new RegExp(`<html lang="${language}">`));
      assert.match(page.body, /<title>\s*\S[^<]* – /, `${target} has no title`);
      assert.equal(page.body.match(/<h1[ >]/g).length, 1, `${target} needs exactly one h1`);
      assert.doesNotMatch(page.body, /\{\{|\(null\)/);
    }
  }
});

test('the sum of a filter that splits the catalogue is the whole catalogue', async () => {
  const page = await person.get('/thu-tuc');
  const total = totalOf(page.text);
  assert.ok(total >= 50);
  for (const key of ['linh-vuc', 'muc']) {
    const [all, ...rest] = facetOf(page.body, key);
    assert.ok(all.selected);
    assert.equal(all.count, total);
    assert.equal(rest.reduce((sum, option) => sum + option.count, 0), total, key);
  }
});

test('each filter leads to as many procedures as it promises, and filters add up', async () => {
  const catalogue = await person.get('/thu-tuc');
  const field = facetOf(catalogue.body, 'linh-vuc').find((option) => option.url.includes('linh-vuc=ho-tich'));
  const inField = await person.get(field.url);
  assert.equal(totalOf(inField.text), field.count);
  assert.ok(field.count > 0);
  for (const key of ['cap', 'muc'])
    for (const option of facetOf(inField.body, key)) {
      const page = await person.get(option.url);
      assert.match(option.url, /linh-vuc=ho-tich/);
      assert.equal(totalOf(page.text), option.count, option.url);
      assert.equal(facetOf(page.body, key).find((entry) => entry.selected).label, option.label);
    }
});

test('the pages of the catalogue hold every procedure once', async () => {
  const seen = [];
  let target = '/thu-tuc';
  for (let pages = 0; target && pages < 50; pages++) {
    const page = await person.get(target);
    seen.push(...namesOf(page.body).map((entry) => entry.code));
    target = /rel="next" href="([^"]+)"/.exec(page.body)?.[1].replaceAll('&amp;', '&');
  }
  assert.equal(new Set(seen).size, seen.length);
  assert.equal(seen.length, totalOf((await person.get('/thu-tuc')).text));
});

test('filters that mean nothing give an empty list or the whole one, never an error', async () => {
  for (const target of ['/thu-tuc?linh-vuc=khong-co', '/thu-tuc?cap=planet', '/thu-tuc?muc=99', '/thu-tuc?muc=-1', '/thu-tuc?muc=abc', '/thu-tuc?trang=999999999999999999999',
    '/thu-tuc?trang=-5', '/thu-tuc?trang=1000', "/thu-tuc?linh-vuc=';DROP+TABLE+procedure;--", '/co-quan?cap=planet', '/co-quan?q=%25%27', '/tim-kiem?q=%25_%5C', '/tim-kiem?q=%3A*+%26+%7C+%21',
    `/tim-kiem?q=${'a'.repeat(5000)}`, '/tim-kiem?trang=7&q=khai', '/co-quan/cau-giay?trang=99'])
    assert.equal((await person.get(target)).status, 200, target);
});

test('search finds the same without accents', async () => {
  const plain = namesOf((await person.get('/tim-kiem?q=dang+ky+khai+sinh')).body);
  const accented = namesOf((await person.get(`/tim-kiem?q=${encodeURIComponent('đăng ký khai sinh')}`)).body);
  assert.equal(plain[0].code, '1.001193');
  assert.equal(accented[0].code, '1.001193');
  assert.match(plain[0].name, /<mark>Đăng ký khai sinh<\/mark>/);
  const decomposed = namesOf((await person.get(`/tim-kiem?q=${encodeURIComponent('đăng ký khai sinh'.normalize('NFD'))}`)).body);
  assert.deepEqual(decomposed.map((entry) => entry.code), accented.map((entry) => entry.code));
});

test('search puts hits with the accents as typed first, names before keywords', async () => {
  const query = async (text) => namesOf((await person.get(`/tim-kiem?q=${encodeURIComponent(text)}`)).body).map((entry) => readable(entry.name).toLowerCase());
  for (const words of ['khai tử', 'khai sinh', 'kết hôn', 'bảo hiểm']) {
    const hits = (await query(words)).map((name) => name.includes(words));
    assert.ok(hits.includes(true), words);
    assert.deepEqual(hits, [...hits].sort((a, b) => b - a), words);
  }
  // "ban sao" in three spellings: only the one with the accents of the catalogue ranks by them
  assert.match((await query('bản sao'))[0], /bản sao/);
  assert.deepEqual((await query('khai tu')).includes('đăng ký khai tử'), true);
});

test('search tolerates a typo and says so', async () => {
  const page = await person.get('/tim-kiem?q=khai+sinhh');
  assert.ok(namesOf(page.body).some((entry) => entry.code === '1.001193'), page.text.slice(0, 800));
  assert.match(page.text, /kết quả gần giống nhất/);
  const exact = await person.get('/tim-kiem?q=khai+sinh');
  assert.doesNotMatch(exact.text, /kết quả gần giống nhất/);
});

test('search finds procedures by their code and agencies by name', async () => {
  assert.equal(namesOf((await person.get('/tim-kiem?q=1.001612')).body)[0].code, '1.001612');
  const page = await person.get('/tim-kiem?q=cau+giay');
  assert.match(page.body, /href="\/co-quan\/cau-giay"/);
});

test('HTML in a query stays text', async () => {
  const evil = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)> khai';
  for (const target of ['/tim-kiem', '/tim-kiem/goi-y', '/co-quan']) {
    const page = await person.get(`${target}?q=${encodeURIComponent(evil)}`);
    assert.equal(page.status, 200);
    assert.doesNotMatch(page.body, /<script>alert|<img src=x/);
  }
  const page = await person.get(`/tra-cuu?ma=${encodeURIComponent(evil)}`);
  assert.doesNotMatch(page.body, /<script>alert|<img src=x/);
});

test('suggestions are at most eight list items and nothing else', async () => {
  const page = await person.get('/tim-kiem/goi-y?q=cap');
  const items = page.body.match(/<li /g) ?? [];
  assert.ok(items.length > 0 && items.length <= 8);
  assert.equal(page.body.replace(/<li .*?<\/li>/gs, '').trim(), '');
  assert.equal((await person.get('/tim-kiem/goi-y?q=')).body.trim(), '');
});

test('a procedure page says what, where, how long and how much', async () => {
  const page = await person.get('/thu-tuc/1.001612');
  assert.match(page.text, /3 ngày làm việc|03 ngày làm việc/);
  assert.match(page.text, /100\.000 đồng/);
  assert.match(page.text, /Giấy chứng nhận đăng ký hộ kinh doanh/);
  assert.match(page.text, /78\/2015\/NĐ-CP/);
  assert.match(page.body, /name="co-quan"/);
  const chosen = await person.get('/thu-tuc/1.001612?co-quan=cau-giay');
  assert.match(chosen.body, /name="agency" value="cau-giay"/);
  assert.equal((await person.get('/thu-tuc/9.999999')).status, 404);
  assert.equal((await person.get('/thu-tuc/1.001612/mau/2')).status, 404);
});

test('a level of 3 or 4 is said only of what can be handed in here', async () => {
  const codes = async (level) => namesOf((await person.get(`/thu-tuc?muc=${level}`)).body).map((entry) => entry.code);
  const online = [...(await codes(3)), ...(await codes(4))];
  assert.deepEqual(online.sort(), ['1.001612', '1.004873', '1.013225', '2.000635']);
  for (const code of online) {
    const page = await person.get(`/thu-tuc/${code}`);
    assert.match(page.text, /Mức [34]: .*Nộp hồ sơ trực tuyến/, code);
  }
  const described = await person.get(`/thu-tuc/${(await codes(1))[0]}`);
  assert.match(described.text, /Mức 1: xem hướng dẫn/);
  assert.match(described.text, /Thủ tục này chưa nộp trực tuyến được/);
});

test('wards are offered after their district has been chosen', async () => {
  const first = await person.get('/thu-tuc/1.004873');
  assert.match(first.body, /name="quan"/);
  assert.doesNotMatch(first.body, /name="co-quan"/);
  const district = /<select[^>]*name="quan".*?<option value="([a-z-]+)"/s.exec(first.body)[1];
  const second = await person.get(`/thu-tuc/1.004873?quan=${district}`);
  const ward = /<select[^>]*name="co-quan".*?<option value="([a-z-]+)"/s.exec(second.body)[1];
  const third = await person.get(`/thu-tuc/1.004873?quan=${district}&co-quan=${ward}`);
  assert.match(third.body, new RegExp(`name="agency" value="${ward}"`));
  const elsewhere = await person.get(`/thu-tuc/1.004873?quan=hoan-kiem&co-quan=${ward}`);
  assert.equal(/name="agency"/.test(elsewhere.body), district === 'hoan-kiem');
});

test('where wards, districts and departments take a procedure, the district comes first', async () => {
  const first = await person.get('/thu-tuc/2.000635');
  assert.doesNotMatch(first.body, /<select[^>]*name="co-quan".*?value="cau-giay"/s);
  const second = await person.get('/thu-tuc/2.000635?quan=cau-giay');
  const offered = [.../<select[^>]*name="co-quan".*?<\/select>/s.exec(second.body)[0].matchAll(/value="([a-z-]+)"/g)].map(([, slug]) => slug);
  assert.ok(offered.includes('cau-giay') && offered.includes('dich-vong-cau-giay'), offered.join());
  assert.ok(!offered.some((slug) => slug.endsWith('-ba-dinh')), offered.join());
});

test('starting a dossier asks to sign in and comes back to the chosen agency', async () => {
  const answer = await person.post('/thu-tuc/1.001612/nop', { agency: 'cau-giay' });
  assert.equal(answer.status, 303);
  assert.equal(answer.location, `/dang-nhap?ve=${encodeURIComponent('/thu-tuc/1.001612?co-quan=cau-giay')}`);
  const unknown = await person.post('/thu-tuc/1.001612/nop', { agency: '//evil.example' });
  assert.equal(unknown.status, 303);
  assert.equal(unknown.location, '/thu-tuc/1.001612?chon=1');
});

test('a form without the token of its page is refused', async () => {
  const answer = await new Person(city).send('POST', '/thu-tuc/1.001612/nop', { body: 'agency=cau-giay', type: 'application/x-www-form-urlencoded' });
  assert.equal(answer.status, 403);
});

test('an agency page shows its hours, its next day off and what it handles', async () => {
  const page = await person.get('/co-quan/cau-giay');
  assert.match(page.text, /Thứ Hai – Thứ Sáu 08:00–12:00/);
  assert.match(page.text, /Ngày nghỉ sắp tới: \S+ \S+, \d\d\/\d\d\/\d{4} \(/);
  assert.match(page.body, /href="\/thu-tuc\/1\.001612"/);
  assert.match(page.body, /href="\/co-quan\/nghia-do-cau-giay"/);
  assert.equal((await person.get('/co-quan/khong-co')).status, 404);
});

test('agencies are found without accents', async () => {
  const page = await person.get('/co-quan?q=yen+hoa');
  assert.match(page.text, /Phường Yên Ho[àa], Quận Cầu Giấy|Phường Yên H[òo]a, Quận Cầu Giấy/);
});

test('a wrong secret and an unknown code look the same', async () => {
  const answers = [];
  for (const code of ['000.00.05.H26-170210-0044', 'khong phai ma', '', '<b>x</b>', "' OR 1=1 --", 'x'.repeat(5000)]) {
    const answer = await person.post('/tra-cuu', { code, secret: 'AAAA-BBBB' });
    assert.equal(answer.status, 422, code.slice(0, 30));
    assert.doesNotMatch(answer.body, /<b>x<\/b>/);
    answers.push(/Mã hồ sơ hoặc mã tra cứu không đúng/.test(answer.text));
  }
  assert.deepEqual([...new Set(answers)], [true]);
  const rating = await person.post('/tra-cuu/danh-gia', { code: '000.00.05.H26-170210-0044', secret: 'AAAA-BBBB', level: '3', reason: '' });
  assert.equal(rating.status, 422);
});

test('an unknown verification code is not found and says what that means', async () => {
  const page = await person.get('/xac-minh/7F3K-92QD-XW1M');
  assert.equal(page.status, 404);
  assert.match(page.text, /Không có kết quả nào mang mã này/);
  const form = await person.get('/xac-minh?ma=7f3k+92qd-xw1m');
  assert.equal(form.status, 303);
  assert.equal(form.location, '/xac-minh/7F3K-92QD-XW1M');
  assert.equal((await person.get(`/xac-minh?ma=${encodeURIComponent('<b>')}`)).status, 422);
  const evil = await person.get('/xac-minh/%3Cscript%3Ealert(1)');
  assert.equal(evil.status, 404);
  assert.doesNotMatch(evil.body, /<script>alert/);
});
