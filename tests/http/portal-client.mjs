// What citizens and officials do, step by step, on top of portal-server.mjs: fill in a dossier, upload, submit, decide.
import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { Person, textOf } from './portal-server.mjs';

export const password = 'motcua-ha-noi-2017';

/** A PDF that is one, and small. */
export const smallPdf = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n' +
    '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n' +
    '0000000054 00000 n \n0000000105 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n170\n%%EOF\n',
);

/** Answers to 2.000635 that need no paper but the identity card. */
export const copyOfExtract = {
  loai_giay: 'khai_sinh',
  noi_dang_ky: 'trong_nuoc',
  quan_he: 'ban_than',
  ho_ten: 'Nguyễn Thị Lan',
  'ngay_sinh.day': '5', 'ngay_sinh.month': '2', 'ngay_sinh.year': '1984',
  giay_to: '012345678',
  'ngay_cap.day': '1', 'ngay_cap.month': '6', 'ngay_cap.year': '2010',
  noi_cap: 'Công an thành phố Hà Nội',
  'noi_cu_tru.city': '01', 'noi_cu_tru.district': '005', 'noi_cu_tru.commune': '00169', 'noi_cu_tru.line': 'Số 12, ngõ 165 Cầu Giấy',
  dien_thoai: '0912 345 678',
  thu_dien_tu: 'lan@example.com',
  ho_ten_cha: '', ho_ten_me: '',
  co_quan_dang_ky: 'Ủy ban nhân dân phường Dịch Vọng',
  'thoi_gian_dang_ky.day': '', 'thoi_gian_dang_ky.month': '', 'thoi_gian_dang_ky.year': '1984',
  so_dang_ky: '',
  so_ban: '2',
  muc_dich: '',
  cam_doan: 'true',
};

export async function signedIn(portal, identifier, options) {
  const person = new Person(portal, options);
  const answer = await person.signIn(identifier, password);
  assert.equal(answer.status, 303, `${identifier} could not sign in: ${answer.text.slice(0, 300)}`);
  await person.get('/tra-cuu'); // the new session has a token of its own
  return person;
}

const follow = async (person, answer) => {
  for (let hops = 0; answer.status === 303 && hops < 5; hops++) {
    const target = answer.location;
    answer = await person.get(target);
    answer.url = target;
  }
  return answer;
};

/** Starts a draft and goes through all of its pages; gives the address of the draft. */
export async function fillDraft(citizen, { procedure = '2.000635', agency = 'dich-vong-cau-giay', answers = copyOfExtract } = {}) {
  let page = await follow(citizen, await citizen.post(`/thu-tuc/${procedure}/nop`, { agency }));
  const draft = /^\/ho-so\/nhap\/[0-9a-f-]{36}/.exec(page.url ?? '')?.[0];
  assert.ok(draft, `no draft was made for ${procedure} at ${agency}: ${page.text.slice(0, 400)}`);
  for (let pages = 0; pages < 30 && !page.url.endsWith('/giay-to') && !page.url.endsWith('/xem-lai'); pages++) {
    const revision = /name="_revision" value="(\d+)"/.exec(page.body)?.[1] ?? '';
    const names = new Set([...page.body.matchAll(/ name="([^"]+)"/g)].map(([, name]) => name));
    const fields = Object.fromEntries(Object.entries(answers).filter(([name]) => names.has(name)));
    const answer = await citizen.post(page.url, { ...fields, _revision: revision, _action: 'next' });
    assert.equal(answer.status, 303, `${page.url}: ${answer.text.slice(0, 1500)}`);
    page = await follow(citizen, answer);
  }
  return draft;
}

export async function uploadTo(person, target, name = 'giay-to.pdf', bytes = smallPdf) {
  const form = new FormData();
  form.append('csrf', person.csrf);
  form.append('file', new Blob([bytes], { type: 'application/pdf' }), name);
  return person.request(target, { method: 'POST', body: form, headers: { origin: person.portal.url } });
}

/** Uploads to every paper that has a form for it. */
export async function uploadAll(citizen, base) {
  const page = await citizen.get(base);
  const targets = new Set([...page.body.matchAll(/action="([^"]+\/giay-to\/[^"/]+)"/g)].map(([, target]) => target));
  for (const target of targets) {
    const answer = await uploadTo(citizen, target);
    assert.equal(answer.status, 303, `${target}: ${answer.text.slice(0, 400)}`);
  }
}

/** From nothing to a code. */
export async function submitDossier(citizen, options = {}) {
  const draft = await fillDraft(citizen, options);
  await uploadAll(citizen, `${draft}/giay-to`);
  const review = await citizen.get(`${draft}/xem-lai`);
  const revision = /name="_revision" value="(\d+)"/.exec(review.body)?.[1] ?? '';
  const answer = await citizen.post(`${draft}/nop`, { _revision: revision, return_channel: options.returnChannel ?? 'counter', agree: 'true' });
  assert.equal(answer.status, 303, `not submitted: ${answer.text.slice(0, 1500)}`);
  return /^\/ho-so\/([^/]+)\//.exec(answer.location)[1];
}

/** The address of a dossier for an official, found as officials find it. */
export async function findDossier(official, code) {
  const page = await official.get(`/can-bo/ho-so?tim=${encodeURIComponent(code)}`);
  assert.equal(page.status, 200, page.text.slice(0, 300));
  const found = /href="(\/can-bo\/ho-so\/[0-9a-f-]{36})"/.exec(page.body)?.[1];
  assert.ok(found, `${code} is not found: ${page.text.slice(0, 400)}`);
  return found;
}

/** The task that the page of a dossier offers: {id, revision, outcomes}; null when there is none. */
export function offeredTask(page) {
  const form = /<form method="post" action="\/can-bo\/viec\/([0-9a-f-]{36})\/hoan-thanh".*?<\/form>/s.exec(page.body);
  if (!form) return null;
  return {
    id: form[1],
    revision: /name="revision" value="(\d+)"/.exec(form[0])[1],
    outcomes: [...form[0].matchAll(/name="outcome" value="([a-z_]+)"/g)].map(([, outcome]) => outcome),
    papers: [...form[0].matchAll(/name="items\[(\d+)\]\.paper" value="([^"]*)"/g)].map(([, index, paper]) => ({ index, paper })),
  };
}

/** Completes the step that is offered to this official now; gives the answer of the server. */
export async function decide(official, dossier, outcome, fields = {}) {
  let page = await official.get(dossier);
  let task = offeredTask(page);
  if (!task) {
    const result = /href="(\/can-bo\/ho-so\/[^"]+\/ket-qua\?viec=[^"]+)"/.exec(page.body)?.[1];
    assert.ok(result, `nothing to decide on ${dossier}: ${page.text.slice(0, 900)}`);
    page = await official.get(result.replaceAll('&amp;', '&'));
    task = offeredTask(page);
  }
  assert.ok(task.outcomes.includes(outcome), `${outcome} is not offered, but ${task.outcomes}`);
  return official.post(`/can-bo/viec/${task.id}/hoan-thanh`, { revision: task.revision, outcome, ...fields });
}

/** decide() that must succeed. */
export async function step(official, dossier, outcome, fields) {
  const answer = await decide(official, dossier, outcome, fields);
  assert.equal(answer.status, 303, `${outcome}: ${answer.text.slice(0, 1200)}`);
  return answer;
}

/** Sets the server's clock: the file given to --rehearsal-clock holds how many microseconds it is ahead. */
export function moveClock(file, microseconds) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(Math.round(microseconds)));
  const descriptor = openSync(file, 'r+'); // in place: the server has the file mapped
  writeSync(descriptor, bytes, 0, 8, 0);
  closeSync(descriptor);
}

/** How many microseconds it is ahead now. */
export const clockOffset = (file) => Number(readFileSync(file).readBigInt64LE(0));

export { Person, textOf };
