// What becomes of files that are uploaded: refused with words that help, or made harmless.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { deflateRawSync, deflateSync } from 'node:zlib';
import { extract } from '../browser/answers.mjs';
import { answerPages, findDossier, samplePdf, signedIn, startCity, startDraft, submitDraft } from '../browser/city.mjs';
import { chunk, crc32 } from './photos.mjs';

const ward = 'dich-vong-cau-giay';
let city, lan, desk, draft, target;

before(async () => {
  city = await startCity({ time: null, options: ['--rate-limits', '0', '--inspections', '2'] });
  [lan, desk] = await Promise.all([signedIn(city, 'lan@example.com'), signedIn(city, `mot-cua@${ward}.example`)]);
  [draft, target] = await draftWithPapers();
});
after(() => city?.stop());

/** A draft, and where files are uploaded to it. */
async function draftWithPapers() {
  const made = await startDraft(lan, '2.000635', ward);
  await answerPages(lan, made, extract);
  return [made, new RegExp(`action="(${made}/giay-to/[^"/]+)"`).exec((await lan.open(`${made}/giay-to`)).body)[1]];
}

/** A photo that lies on its side: 320 by 240, red in the corner that belongs to the right above, taken at a secret place. */
function photo() {
  const plain = Buffer.from('/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCADwAUADASIAAhEBAxEB/8QAGAABAQEBAQAAAAAAAAAAAAAAAAYEBwP/xAAiEAEAAAQHAQEBAAAAAAAAAAAAAQIEBQMWNVN0ktKyETH/xAAZAQEAAwEBAAAAAAAAAAAAAAAAAQUGAgT/xAAfEQEAAQMFAQEAAAAAAAAAAAAAAQIDExQxMlFScRH/2gAMAwEAAhEDEQA/AJsBXNkAAAAAAAA6laNGoePh/MGtktGjUPHw/mDWsKdmQuc5+gCXAAAAAAAAAAAAAAAAAAAAAAAAAADkQCubIAAAAAAAB1K0aNQ8fD+YNbJaNGoePh/MGtYU7Mhc5z9AEuAAAAAAAAAAAAAAAAAAAAAAAAAAHIgFc2QAAAAAAADqVo0ah4+H8wa2S0aNQ8fD+YNawp2ZC5zn6AJcAAAAAAAAAAAAAAAAAAAAAAAAAAORCjyZct+k7zeTJly36TvN5eHHV01OsseoTgo8mXLfpO83kyZct+k7zeTHV0ayx6hOCjyZct+k7zeTJly36TvN5MdXRrLHqE4KPJly36TvN5MmXLfpO83kx1dGsseoTgo8mXLfpO83kyZct+k7zeTHV0ayx6hX2jRqHj4fzBreFBgzU1BTU88YRmwsKWSaMP5+whCD3e2NmZuT+1TMACXAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAD//2Q==', 'base64');
  const secret = 'N21.0368 E105.7825';
  const tiff = Buffer.concat([Buffer.from('49492a00080000000200120103000100000006000000', 'hex'), Buffer.from('25880400010000002600000000000000', 'hex'), Buffer.from(secret)]);
  const exif = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(exif.length + 2);
  return { secret, bytes: Buffer.concat([plain.subarray(0, 2), Buffer.from([0xff, 0xe1]), length, exif, plain.subarray(2)]) };
}

/** Width and height as the frame header of a JPEG says. */
function sizeOf(jpeg) {
  for (let at = 2; jpeg[at] === 0xff; at += 2 + jpeg.readUInt16BE(at + 2)) if (jpeg[at + 1] >= 0xc0 && jpeg[at + 1] <= 0xc2) return [jpeg.readUInt16BE(at + 7), jpeg.readUInt16BE(at + 5)];
  return null;
}

/** A valid PNG of this size, one colour: a few kilobytes for gigabytes. */
function pngBomb(side) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc((Math.ceil(side / 8) + 1) * 100));
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

/** A word text: parts by name. */
function docx(parts) {
  const all = {
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    '_rels/.rels': `<Relationships xmlns="${relations}"/>`,
    'word/document.xml': '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>',
    ...parts,
  };
  const files = [], list = [];
  let at = 0;
  for (const [name, text] of Object.entries(all)) {
    const bytes = Buffer.from(text), packed = deflateRawSync(bytes), head = Buffer.alloc(26), place = Buffer.alloc(16);
    [[20, 0], [0, 2], [8, 4], [0, 6], [0, 8], [Buffer.byteLength(name), 22], [0, 24]].forEach(([value, where]) => head.writeUInt16LE(value, where));
    [[crc32(bytes), 10], [packed.length, 14], [bytes.length, 18]].forEach(([value, where]) => head.writeUInt32LE(value, where));
    place.writeUInt32LE(at, 12);
    files.push(Buffer.from('504b0304', 'hex'), head, Buffer.from(name), packed);
    list.push(Buffer.from('504b01021400', 'hex'), head, place.subarray(2), Buffer.from(name));
    at += 30 + Buffer.byteLength(name) + packed.length;
  }
  const directory = Buffer.concat(list), end = Buffer.alloc(18);
  [4, 6].forEach((where) => end.writeUInt16LE(Object.keys(all).length, where));
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...files, directory, Buffer.from('504b0506', 'hex'), end]);
}
const relations = 'http://schemas.openxmlformats.org/package/2006/relationships';

const pdf = (catalog) => Buffer.from(`%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R${catalog}>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n`);
const upload = (name, bytes) => lan.upload(target, [{ name, bytes }]);
const lineOf = (page, name) => page.body.split('<li>').find((part) => part.includes(name))?.split('</li>')[0] ?? '';
const addressOf = (page, name) => /href="([^"]*\/tep\/[^"]*)"/.exec(lineOf(page, name))[1];

test('a photo of a phone is kept upright and without its place', async () => {
  const { secret, bytes } = photo();
  assert.equal((await upload('anh.jpg', bytes)).status, 303);
  const page = await lan.open(`${draft}/giay-to`);
  const kept = await lan.get(addressOf(page, 'anh.jpg'));
  assert.equal(kept.status, 200);
  assert.equal(kept.headers['content-type'], 'image/jpeg');
  assert.deepEqual(sizeOf(bytes), [320, 240]);
  assert.deepEqual(sizeOf(kept.bytes), [240, 320]);
  assert.ok(bytes.includes(secret) && !kept.bytes.includes(secret) && !kept.bytes.includes('Exif'));
  // it is small and has no writing: said, and not refused
  assert.match(lineOf(page, 'anh.jpg'), /Ảnh nhỏ, chữ có thể khó đọc\..*Ảnh vẫn nộp được\./);
  assert.match(lineOf(page, 'anh.jpg'), /Chưa quét mã độc/);
});

test('a PDF loses its script, a harmless one stays as it is', async () => {
  const script = pdf('/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>');
  assert.ok(script.includes('JavaScript'));
  assert.equal((await upload('ma-lenh.pdf', script)).status, 303);
  const page = await lan.open(`${draft}/giay-to`);
  assert.match(lineOf(page, 'ma-lenh.pdf'), /Đã gỡ mã lệnh và tệp nhúng khỏi PDF/);
  const kept = await lan.get(addressOf(page, 'ma-lenh.pdf'));
  assert.equal(kept.bytes.subarray(0, 5).toString(), '%PDF-');
  assert.ok(!kept.bytes.includes('JavaScript') && !kept.bytes.includes('app.alert'));
});

test('a file is kept as nothing but what it is, and named so', async () => {
  const sound = samplePdf().bytes;
  const around = { 'đơn xin.hta': [Buffer.from('<html><script>alert(1)</script>\n'), sound], '.htaccess': [sound, Buffer.from('MZ\0\0\0')], 'kem.zip': [sound, Buffer.from('504b0304', 'hex')] };
  for (const [name, parts] of Object.entries(around)) assert.equal((await upload(name, Buffer.concat(parts))).status, 303, name);
  assert.equal((await upload('chuyển.exe', docx({}))).status, 303);
  const page = await lan.open(`${draft}/giay-to`);
  for (const name of ['đơn xin.hta.pdf', 'giay-to.pdf', 'kem.zip.pdf', 'chuyển.exe.docx']) {
    const kept = await lan.get(addressOf(page, name));
    assert.match(decodeURIComponent(kept.headers['content-disposition']), new RegExp(`${name.replaceAll('.', '\\.')}"?$`), name);
    if (!name.endsWith('.pdf')) continue;
    assert.equal(kept.bytes.subarray(0, 5).toString(), '%PDF-', name);
    assert.equal(kept.bytes.subarray(-6).toString(), '%%EOF\n', name);
    assert.ok(!kept.bytes.includes('<script>') && !kept.bytes.includes('PK\x03\x04'), name);
  }
});

test('what is not taken says why and what to do', async () => {
  const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic\0\0\0\0mif1heic'), Buffer.alloc(200)]);
  const refused = [
    ['anh.heic', heic, /HEIC.*Tương thích nhất/],
    ['ho-so.zip', Buffer.concat([Buffer.from('504b0304140000000800', 'hex'), Buffer.alloc(300, 7)]), /giải nén và tải lên từng tệp/],
    ['ho-so.rar', Buffer.concat([Buffer.from('526172211a0700', 'hex'), Buffer.alloc(300, 7)]), /giải nén và tải lên từng tệp/],
    ['don.pdf', Buffer.concat([Buffer.from('7f454c4602010100000000000000000003003e0001000000', 'hex'), Buffer.alloc(300)]), /tệp chương trình/],
    ['don.sh', Buffer.from('#!/bin/sh\necho xin chao\n'), /tệp chương trình/],
    ['trang.html', Buffer.from('<!DOCTYPE html><html><body><script>alert(1)</script></body></html>'), /HTML.*in trang ra PDF/],
    ['hinh.svg', Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), /SVG.*PDF hoặc PNG/],
    ['don.doc', Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(1000)]), /Office kiểu cũ.*lưu thành PDF/],
    ['mau.docx', docx({ 'word/_rels/settings.xml.rels': `<Relationships xmlns="${relations}"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="http://x.example/a.dotm" TargetMode="External"/></Relationships>` }), /nội dung lấy từ nơi khác/],
    ['kem.docx', docx({ 'word/chay.bat': 'x' }), /macro, đối tượng nhúng/],
    ['hong.pdf', Buffer.from('%PDF-1.7\nkhông có gì\n%%EOF\n'), /PDF này bị hỏng/],
    ['hong.jpg', photo().bytes.subarray(0, 200), /Ảnh này bị hỏng/],
    ['bom.png', pngBomb(50000), /quá nhiều điểm ảnh/],
    ['la.txt', Buffer.from('chỉ là chữ'), /Chỉ nhận tệp PDF/],
  ];
  for (const [name, bytes, words] of refused) {
    const answer = await upload(name, bytes);
    assert.equal(answer.status, 422, `${name}: ${answer.status}`);
    assert.match(answer.text, words, name);
    assert.ok(!lineOf(answer, name).includes('/tep/'), name);
  }
});

test('many bad files at once harm nobody', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => (i % 2 ? upload(`bom${i}.png`, pngBomb(20001 + i)) : upload(`anh${i}.jpg`, photo().bytes))));
  answers.forEach((answer, i) => assert.equal(answer.status, i % 2 ? 422 : 303, `${i}: ${answer.status}`));
  assert.equal((await lan.get('/')).status, 200);
  assert.deepEqual(city.complaints(), []);
});

test('officials see the same remarks', async () => {
  await upload('giay-to.pdf', samplePdf().bytes);
  const code = await submitDraft(lan, draft);
  const page = await desk.get(await findDossier(desk, code));
  assert.match(lineOf(page, 'ma-lenh.pdf'), /Đã gỡ mã lệnh/);
  assert.match(lineOf(page, 'anh.jpg'), /Ảnh nhỏ/);
});

/** Uploads a file and ends the child that looks into it with this signal. */
async function uploadEndedBy(signal, name, bytes) {
  const before = new Set(inspectors());
  let settled = false;
  const answer = upload(name, bytes).finally(() => (settled = true));
  for (let ended = false; !ended && !settled; await new Promise((resolve) => setTimeout(resolve, 5)))
    for (const pid of inspectors()) if (!before.has(pid)) ended = process.kill(pid, signal);
  return answer;
}
/** The children of the server that look into a file at this moment. */
const inspectors = () =>
  readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('motcua\0inspect\0') && readFileSync(`/proc/${pid}/stat`, 'latin1').split(' ')[3] === String(city.pid);
    } catch {
      return false;
    }
  }).map(Number);

test('a file is not called damaged because it could not be looked into in time', async () => {
  [draft, target] = await draftWithPapers();
  const ended = await uploadEndedBy('SIGKILL', 'bi-ngat.jpg', photo().bytes);
  assert.equal(ended.status, 503);
  assert.match(ended.headers['retry-after'], /^\d+$/);
  assert.match(ended.text, /chưa kiểm tra xong tệp này; tệp chưa được nhận/);
  const complex = await uploadEndedBy('SIGXCPU', 'phuc-tap.jpg', photo().bytes);
  assert.equal(complex.status, 422);
  assert.match(complex.text, /Ảnh này quá phức tạp/);
  for (const answer of [ended, complex]) assert.doesNotMatch(answer.text, /bị hỏng/);
});
