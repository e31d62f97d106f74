// The whole portal with the sample city, for tests that act as people do. MOTCUA_BUILD names the build folder; each test
// file gets an instance and a data folder of its own, both gone afterwards. MOTCUA_TEST_PORTAL_URL: use that instance instead.
import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const program = path.join(path.resolve(root, process.env.MOTCUA_BUILD ?? 'build/check'), 'motcua');
const startLimit = 240_000;

/** The data folder; for root the private cluster lies elsewhere, behind the link `pg`. */
function removeData(data) {
  let cluster = null;
  try {
    cluster = realpathSync(path.join(data, 'pg'));
  } catch {
    // it did not get that far
  }
  rmSync(data, { recursive: true, force: true });
  if (cluster) rmSync(cluster, { recursive: true, force: true });
}

export async function startPortal(options = {}) {
  if (process.env.MOTCUA_TEST_PORTAL_URL)
    return { url: process.env.MOTCUA_TEST_PORTAL_URL.replace(/\/$/, ''), log: '', output: '', stop: async () => {} };
  const data = mkdtempSync(path.join(os.tmpdir(), 'motcua-portal-'));
  const settings = {
    port: '0',
    data,
    workers: '4',
    'password-passes': '1',
    'password-memory': '8M',
    'rate-limits': '0',
    ...options,
  };
  const args = ['serve', '--sample-city', ...Object.entries(settings).map(([key, value]) => `--${key}=${value}`)];
  const environment = { ...process.env };
  delete environment.DATABASE_URL;
  const child = spawn(program, args, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const portal = { child, data, log: '', output: '', exit: null };
  const exited = new Promise((resolve) => child.on('exit', (code, signal) => resolve((portal.exit = { code, signal }))));
  process.on('exit', () => {
    if (portal.exit === null) child.kill('SIGTERM'); // a test that failed half-way: its data stays for whoever looks into it
  });
  child.stdout.on('data', (text) => (portal.output += text));
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the portal took too long to start:\n${portal.log.slice(-4000)}`)), startLimit);
    child.stderr.on('data', (text) => {
      portal.log += text;
      const line = portal.log.split('\n').find((entry) => entry.includes('"serving"'));
      if (line && !portal.url) {
        portal.url = `http://127.0.0.1:${JSON.parse(line).port}`;
        clearTimeout(timer);
        resolve();
      }
    });
    exited.then((result) => reject(new Error(`the portal ended with ${JSON.stringify(result)}:\n${portal.log.slice(-4000)}`)));
  });
  // Stops gently and fails when the sanitizers (or anything else) complained.
  portal.stop = async () => {
    child.kill('SIGTERM');
    const result = await exited;
    removeData(data);
    if (result.code !== 0) throw new Error(`the portal ended with ${JSON.stringify(result)}\n${portal.log.slice(-4000)}`);
  };
  return portal;
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const unescapeHtml = (text) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => entities[name]);

/** What a person reads: no markup, single blanks. */
export const textOf = (html) =>
  unescapeHtml(html.replace(/<(script|style)\b.*?<\/\1>/gs, ' ').replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim();

/** One browser: keeps cookies, sends the page's token with every form, follows redirects only when asked. */
export class Person {
  constructor(portal, { language = 'vi' } = {}) {
    this.portal = portal;
    this.cookies = new Map([['ngon-ngu', language]]);
    this.csrf = '';
  }

  async request(target, init = {}) {
    const headers = { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '), ...init.headers };
    const answer = await fetch(new URL(target, this.portal.url), { ...init, headers, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(';');
      const name = pair.slice(0, pair.indexOf('='));
      const gone = attributes.some((attribute) => /^\s*max-age=(0|-\d+)$/i.test(attribute));
      if (gone) this.cookies.delete(name);
      else this.cookies.set(name, pair.slice(pair.indexOf('=') + 1));
    }
    const body = await answer.text();
    const token = /name="csrf" value="([^"]+)"/.exec(body);
    if (token) this.csrf = unescapeHtml(token[1]);
    return { status: answer.status, location: answer.headers.get('location'), headers: answer.headers, body, text: textOf(body) };
  }

  get(target) {
    return this.request(target);
  }

  async post(target, fields = {}) {
    if (!this.csrf) await this.get('/tra-cuu');
    const body = new URLSearchParams({ csrf: this.csrf, ...fields });
    return this.request(target, { method: 'POST', body, headers: { origin: this.portal.url } });
  }

  async signIn(identifier, password) {
    await this.get('/dang-nhap');
    return this.post('/dang-nhap', { identifier, password, back: '' });
  }
}
