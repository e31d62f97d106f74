// A served sample city with throw-away data, and people who use it: over plain HTTP, or with a browser. Below them what citizens
// and officials do, step by step.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, closeSync, cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { extract } from './answers.mjs';

export { sleep };
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const program = process.env.MOTCUA_TEST_PROGRAM ?? path.join(path.resolve(root, process.env.MOTCUA_BUILD ?? 'build/check'), 'motcua');
export const password = 'motcua-ha-noi-2017';

/** Waits until `check` gives something true. */
export async function until(check, what, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await sleep(25);
  }
}

/**
 * Starts `motcua serve` with the sample city on a free port. Its clock is moved by `city.setTime('2017-03-14T09:00')` (civil time
 * of Hà Nội); `time: null` starts it with the true time. The address of a client is believed from X-Forwarded-For, so that each
 * person has limits of their own. Its data are a copy of the city that MOTCUA_TEST_CITY names, where that is set (prepare_city.mjs
 * makes it, half an hour before nine o'clock of 2017-03-14); without it, and when `fresh`, they are made from nothing.
 */
export async function startCity({ time = '2017-03-14T09:00', options = [], fresh = false } = {}) {
  const data = mkdtempSync(path.join(tmpdir(), 'motcua-city-'));
  chmodSync(data, 0o755);
  const clock = openSync(path.join(data, 'clock'), 'w+');
  const city = { data, program, log: '', output: '' };
  city.setTime = (text) => {
    const offset = Buffer.alloc(8);
    offset.writeBigInt64LE((BigInt(Date.parse(`${text}:00+07:00`)) - BigInt(Date.now())) * 1000n);
    writeSync(clock, offset, 0, 8, 0);
  };
  if (time) city.setTime(time);
  const environment = { ...process.env, MOTCUA_SHARE: root };
  delete environment.DATABASE_URL;
  const prepared = fresh ? '' : process.env.MOTCUA_TEST_CITY ?? '';
  if (prepared) {
    execFileSync('cp', ['-a', '--reflink=auto', prepared, path.join(data, 'var')]);
    // a commit still outlives the end of the server and of PostgreSQL; only a machine that loses its power is not what is tried
    appendFileSync(path.join(data, 'var/pg/data/local.conf'), 'fsync = off\n');
  } else mkdirSync(path.join(data, 'var'), { mode: 0o755 });
  let child, exit, exited;
  const launch = async (port) => {
    exit = null;
    child = spawn(
      program,
      ['serve', '--sample-city', '--port', String(port), '--data', path.join(data, 'var'), '--rehearsal-clock', path.join(data, 'clock'), '--trusted-proxies', '127.0.0.1', '--workers', '4', '--job-interval', '500ms', '--password-memory', '8M', '--password-passes', '1', ...options],
      { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: environment },
    );
    exited = new Promise((resolve) => child.on('exit', (code, signal) => resolve((exit = { code, signal }))));
    let started = '';
    child.stderr.on('data', (text) => {
      started += text;
      city.log += text;
    });
    child.stdout.on('data', (text) => (city.output += text));
    city.pid = child.pid;
    city.port = Number(
      await until(
        () => {
          if (exit) throw new Error(`motcua serve ended: ${JSON.stringify(exit)}\n${city.log.slice(-4000)}`);
          return /"event":"serving","port":(\d+)/.exec(started)?.[1];
        },
        'the sample city',
        180,
      ),
    );
  };
  await launch(0);
  const port = city.port;
  /** Ends the server by this signal and starts it again over the same data, at the same port. */
  city.restart = async (signal = 'SIGKILL') => {
    child.kill(signal);
    await exited;
    await launch(port);
  };
  city.url = `http://localhost:${port}`;
  city.lines = () => city.log.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  /** Lines that a tester must not see: answers of 5xx, warnings and errors. */
  city.complaints = () => city.lines().filter((line) => line.status >= 500 || line.level === 'error');
  /** Mails whose head and text match, decoded, oldest first. */
  city.mails = (...patterns) => {
    let names = [];
    try {
      names = readdirSync(path.join(data, 'var/mail')).filter((name) => name.endsWith('.eml'));
    } catch {
      // no mail yet
    }
    return names
      .sort()
      .map((name) => decodeMail(readFileSync(path.join(data, 'var/mail', name), 'utf8')))
      .filter((mail) => patterns.every((pattern) => pattern.test(mail)));
  };
  city.spool = () => {
    try {
      return readdirSync(path.join(data, 'var'), { recursive: true }).filter((name) => /spool|upload/.test(name) && /\d|tmp/.test(path.basename(name)));
    } catch {
      return [];
    }
  };
  process.on('exit', () => exit ?? child.kill('SIGTERM')); // a test that failed half-way: its data stays for whoever looks into it
  city.stop = async ({ keep = false } = {}) => {
    if (!exit) child.kill('SIGTERM');
    const result = await Promise.race([exited, sleep(40000, { code: 'too slow' }, { ref: false })]);
    closeSync(clock);
    if (!keep) rmSync(data, { recursive: true, force: true });
    if (result.code !== 0) throw new Error(`motcua serve ended with ${JSON.stringify(result)}\n${city.log.slice(-6000)}`);
  };
  return city;
}

/** Publishes a procedure of the samples, its form and description changed by `change`; what the program said. */
export function publishChanged(city, code, change) {
  const copy = path.join(city.data, `procedure-${code}`);
  const file = (name) => path.join(copy, `${name}.json`);
  rmSync(copy, { recursive: true, force: true });
  cpSync(path.join(root, 'samples/procedures', code), copy, { recursive: true });
  const [form, procedure] = ['form', 'procedure'].map((name) => JSON.parse(readFileSync(file(name), 'utf8')));
  change(form, procedure);
  writeFileSync(file('form'), JSON.stringify(form));
  writeFileSync(file('procedure'), JSON.stringify(procedure));
  const environment = { ...process.env, MOTCUA_SHARE: root, MOTCUA_DATA: path.join(city.data, 'var') };
  delete environment.DATABASE_URL;
  return spawnSync(city.program, ['catalogue', 'publish', copy], { env: environment, encoding: 'utf8' });
}

/**
 * The same, its first paper changed like this and, where given, with this field more on the first page of the form (a file field
 * that stands for that paper, unless it says otherwise).
 */
export const publishWithPaper = (city, code, change, field = null) =>
  publishChanged(city, code, (form, procedure) => {
    const [paper] = procedure.papers, [page] = form.pages;
    Object.assign(paper, change);
    if (field) (page.fields ?? page.sections[0].fields).push({ key: paper.key, kind: 'file', label: 'Bản chụp', ...field });
  });

function decodeMail(text) {
  const [head, ...rest] = text.split(/\r?\n\r?\n/);
  const words = head.replace(/\r?\n[ \t]+/g, ' ').replace(/\?= =\?/g, '?==?').replace(/=\?utf-8\?b\?([^?]*)\?=/gi, (_, word) => Buffer.from(word, 'base64').toString('latin1'));
  const subject = Buffer.from(words, 'latin1').toString('utf8');
  const body = rest.join('\n\n');
  if (/base64/i.test(/Content-Transfer-Encoding:.*/i.exec(head)?.[0] ?? '')) return `${subject}\n\n${Buffer.from(body, 'base64').toString('utf8')}`;
  if (!/quoted-printable/i.test(head)) return `${subject}\n\n${body}`;
  const bytes = body.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return `${subject}\n\n${Buffer.from(bytes, 'latin1').toString('utf8')}`;
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'", '#96': '`' };
export const unescape = (text) => text.replace(/&(amp|lt|gt|quot|#39|#x27|#96);/g, (_, name) => entities[name]);
/** What a person reads of a page: without markup, blanks collapsed. */
export const readable = (html) => unescape(html.replace(/<(script|style|head)[\s\S]*?<\/\1>/g, ' ').replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim();

let nextAddress = 1;
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });

/** Somebody with a cookie jar and an address of their own. An answer has `body`, the page as it came, and `text`, what one reads. */
export class Person {
  constructor(city, { language = 'vi' } = {}) {
    this.city = city;
    this.address = `10.77.${nextAddress >> 8}.${nextAddress++ & 255}`;
    this.language = language;
    this.cookies = new Map(language === 'vi' ? [] : [['ngon-ngu', language]]);
    this.csrf = null;
  }

  /** One request; redirects are not followed. Keeps cookies and the token of the page. */
  async send(method, target, { body = null, headers = {}, type = null } = {}) {
    const all = { 'X-Forwarded-For': this.address, 'Accept-Language': this.language, ...headers };
    if (this.cookies.size) all.Cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (type) all['Content-Type'] = type;
    if (body !== null) all['Content-Length'] = Buffer.byteLength(body);
    const answer = await new Promise((resolve, reject) => {
      const request = http.request({ host: '127.0.0.1', port: this.city.port, method, path: target, headers: all, agent }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, bytes: Buffer.concat(parts) }));
      });
      // a connection that the server ended, being idle, while this program waited for another one: asked anew
      request.on('error', (error) => (error.code === 'ECONNRESET' && request.reusedSocket && method === 'GET' ? this.send(method, target, { headers, type }).then(resolve, reject) : reject(error)));
      request.end(body);
    });
    if (answer.path) return answer; // of the second request
    answer.body = answer.bytes.toString('utf8');
    Object.defineProperty(answer, 'text', { get: () => readable(answer.body) });
    answer.location = answer.headers.location ?? null;
    answer.path = target;
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/max-age=0/i.test(line) || value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const token = /name="csrf" value="([^"]*)"/.exec(answer.body);
    if (token) this.csrf = unescape(token[1]);
    return answer;
  }

  /** GET; the answer itself, redirects not followed. */
  get(target) {
    return this.send('GET', target);
  }

  /** GET; follows redirects. */
  async open(target) {
    let answer = await this.send('GET', target);
    for (let i = 0; i < 5 && [301, 302, 303].includes(answer.status); i++) answer = await this.send('GET', answer.location.replace(this.city.url, '').replace(/#.*/, ''));
    return answer;
  }

  /** POST of form fields with the token of the last page; the answer itself, redirects not followed. */
  async post(target, fields = {}) {
    if (this.csrf === null) await this.get('/tra-cuu');
    const body = new URLSearchParams({ csrf: this.csrf });
    for (const [name, value] of Object.entries(fields)) for (const one of Array.isArray(value) ? value : [value]) body.append(name, one);
    return this.send('POST', target, { body: body.toString(), type: 'application/x-www-form-urlencoded' });
  }

  /** multipart/form-data with the token first, then other fields, then files [{name, type, bytes}]. */
  upload(target, files, { csrf = this.csrf ?? '', field = 'file', fields = {} } = {}) {
    const boundary = 'ranh-gioi-7d93';
    const parts = Object.entries({ csrf, ...fields }).map(([name, value]) => Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`));
    for (const file of files) {
      parts.push(Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${file.name}"\r\nContent-Type: ${file.type ?? 'application/octet-stream'}\r\n\r\n`), file.bytes, Buffer.from('\r\n'));
    }
    parts.push(Buffer.from(`--${boundary}--\r\n`));
    return this.send('POST', target, { body: Buffer.concat(parts), type: `multipart/form-data; boundary=${boundary}` });
  }

  async signIn(identifier, secret = password) {
    await this.get('/dang-nhap');
    const answer = await this.post('/dang-nhap', { identifier, password: secret, back: '' });
    if (answer.status !== 303) throw new Error(`${identifier} cannot sign in: ${answer.status} ${answer.text.slice(0, 300)}`);
    await this.get('/tra-cuu'); // the new session has a token of its own
    return this;
  }
}

/** Fields of the form that posts to `action` as the browser would send them (buttons left out). */
export function fieldsOf(html, action) {
  const form = html.split(/<form /).find((part) => part.includes(`action="${action}"`))?.split('</form>')[0];
  if (!form) throw new Error(`no form posts to ${action}`);
  const fields = {};
  const add = (name, value) => (name in fields ? (fields[name] = [fields[name], value].flat()) : (fields[name] = value));
  for (const [tag, kind] of form.matchAll(/<(input|select|textarea)\b[^>]*>/g)) {
    const attribute = (name) => (new RegExp(`\\s${name}="([^"]*)"`).exec(tag) ?? [])[1];
    const name = attribute('name');
    if (!name || name === 'csrf') continue;
    if (kind === 'input') {
      const type = attribute('type') ?? 'text';
      if (type === 'file' || type === 'submit') continue;
      if ((type === 'radio' || type === 'checkbox') && !/\schecked[\s>]/.test(tag)) continue;
      add(name, unescape(attribute('value') ?? ''));
    } else if (kind === 'textarea') {
      add(name, unescape(form.slice(form.indexOf(tag) + tag.length).split('</textarea>')[0]));
    } else {
      const chosen = /<option value="([^"]*)"[^>]*\sselected[\s>]/.exec(form.slice(form.indexOf(tag)).split('</select>')[0]);
      add(name, chosen ? unescape(chosen[1]) : '');
    }
  }
  return fields;
}

/** Makes a draft of this procedure at this agency; gives its address "/ho-so/nhap/{id}". */
export async function startDraft(person, code, agency) {
  await person.open(`/thu-tuc/${code}?co-quan=${agency}`);
  const answer = await person.post(`/thu-tuc/${code}/nop`, { agency });
  const found = /\/ho-so\/nhap\/[0-9a-f-]{36}/.exec(answer.location ?? '');
  if (!found) throw new Error(`no draft of ${code}: ${answer.status} ${answer.location ?? answer.text.slice(0, 300)}`);
  return found[0];
}

/** Answers pages {key: fields}; each must be accepted. */
export async function answerPages(person, draft, pages) {
  for (const [key, fields] of Object.entries(pages)) {
    await person.open(`${draft}/${key}`);
    const answer = await person.post(`${draft}/${key}`, { ...fields, _action: 'next' });
    if (answer.status !== 303) {
      const summary = /<div class="(?:error-summary|notice notice--warn)[\s\S]*?<\/div>/.exec(answer.body)?.[0] ?? answer.body;
      throw new Error(`page ${key}: ${answer.status} ${readable(summary).slice(0, 800)}`);
    }
  }
}

/**
 * A PDF that is in order, so that nothing of it is written anew on the way: of exactly `size` bytes when that is more than it takes,
 * filled with bytes that are the same for the same seed. `hidden` stands in a comment.
 */
export function soundPdf({ size = 0, seed = 1, hidden = 'giấy tờ' } = {}) {
  const assemble = (length) => {
    const objects = ['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[3 0 R]/Count 1>>', '<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>'].map((object, i) => `${i + 1} 0 obj\n${object}\nendobj\n`);
    const head = Buffer.from(`%PDF-1.4\n% ${hidden}\n`);
    const stream = Buffer.from(`4 0 obj\n<</Length ${length}>>\nstream\n`);
    const closing = Buffer.from('\nendstream\nendobj\n');
    const places = [];
    let place = head.length;
    for (const text of objects) {
      places.push(place);
      place += text.length;
    }
    places.push(place);
    const table = place + stream.length + length + closing.length;
    const tail = `xref\n0 5\n0000000000 65535 f \n${places.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')}trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n${table}\n%%EOF\n`;
    return { before: Buffer.concat([head, Buffer.from(objects.join('')), stream]), after: Buffer.concat([closing, Buffer.from(tail)]) };
  };
  let length = 0;
  for (let i = 0; i < 6; i++) {
    const { before, after } = assemble(length);
    length = Math.max(0, size - before.length - after.length);
  }
  const { before, after } = assemble(length);
  const bytes = Buffer.alloc(before.length + length + after.length);
  before.copy(bytes);
  for (let i = 0, x = seed; i + 4 <= length; i += 4) bytes.writeUInt32LE((x = (Math.imul(x, 1664525) + 1013904223) >>> 0), before.length + i);
  after.copy(bytes, before.length + length);
  return bytes;
}
export const samplePdf = (name = 'giay-to.pdf', options = {}) => ({ name, type: 'application/pdf', bytes: soundPdf(options) });
export const samplePng = (name = 'anh.png') => ({
  name,
  type: 'image/png',
  bytes: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'),
});

/** Uploads a file for every paper the page of papers asks for. */
export async function attachAll(person, draft) {
  const page = await person.open(`${draft}/giay-to`);
  const targets = [...page.body.matchAll(new RegExp(`action="(${draft}/giay-to/[^"/]+)"`, 'g'))].map((match) => match[1]);
  for (const target of targets) {
    const answer = await person.upload(target, [samplePdf()]);
    if (answer.status !== 303) throw new Error(`upload to ${target}: ${answer.status} ${answer.text.slice(0, 500)}`);
  }
  return targets.length;
}

/** Submits; gives the dossier's code. */
export async function submitDraft(person, draft, returnChannel = 'counter') {
  const page = await person.open(`${draft}/xem-lai`);
  const answer = await person.post(`${draft}/nop`, { ...fieldsOf(page.body, `${draft}/nop`), return_channel: returnChannel, agree: 'true' });
  const found = /\/ho-so\/([^/]+)\/giay-hen/.exec(answer.location ?? '');
  if (!found) throw new Error(`not submitted: ${answer.status} ${answer.text.slice(0, 800)}`);
  return found[1];
}

export const signedIn = (city, identifier, options) => new Person(city, options).signIn(identifier);

/** A key for programs of this person. */
export async function makeKey(person, scope, days = '30') {
  const page = '/tai-khoan/khoa-truy-cap';
  await person.open(page);
  const answer = await person.post(page, { name: 'Phần mềm nhân sự', scope, days, password });
  assert.equal(answer.status, 201, answer.text.slice(0, 500));
  return /Bearer (motcua_[\w-]{43})</.exec(answer.body)[1];
}

/** A copy of an extract, from nothing to its code. */
export async function submitDossier(person, answers = extract) {
  const draft = await startDraft(person, '2.000635', 'dich-vong-cau-giay');
  await answerPages(person, draft, answers);
  await attachAll(person, draft);
  return submitDraft(person, draft);
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
