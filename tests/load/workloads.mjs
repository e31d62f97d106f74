// The workloads: which requests a client sends, in the order in which they are measured.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Browser } from './client.mjs';
import { here } from './setup.mjs';

// The same as bench.id() and bench.token() of fill.sql.
export const id = (kind, n) => `01930000-0000-7${kind.toString(16).padStart(3, '0')}-8000-${n.toString(16).padStart(12, '0')}`;
export const token = (kind, n) => crypto.createHash('sha256').update(`load ${kind} ${n}`).digest('base64url');
const cookie = (kind, n) => `phien=${token(kind, n)}`;
const form = (fields) => new URLSearchParams(fields).toString();
const range = (count) => [...Array(count).keys()];
const cycle = (list, n) => list[n % list.length];

export const citizens = 200;
export const procedure = '2.000635';

// One real dossier through the portal; its id. The pattern of everything that fill.sql makes.
export async function submitTemplate(port, world) {
  const { answers } = JSON.parse(fs.readFileSync(path.join(here, '../vectors/procedures', `${procedure}.json`), 'utf8'));
  const browser = new Browser(port);
  await browser.signIn('lan@example.com', JSON.parse(fs.readFileSync(path.join(here, '../../samples/city.json'), 'utf8')).password);
  await browser.get(`/thu-tuc/${procedure}`);
  const begun = await browser.post(`/thu-tuc/${procedure}/nop`, { agency: 'dich-vong-cau-giay' });
  const draft = /\/ho-so\/nhap\/([0-9a-f-]{36})/.exec(begun.headers.location ?? '')?.[1];
  if (!draft) throw new Error(`no draft: ${begun.status} ${begun.headers.location}`);
  await world.psql(`UPDATE draft SET answers = $json$${JSON.stringify(answers)}$json$ WHERE id = '${draft}'`);
  await browser.get(`/ho-so/nhap/${draft}/giay-to`);
  const png = fs.readFileSync(path.join(here, 'paper.png'));
  const upload = await browser.upload(`/ho-so/nhap/${draft}/giay-to/giay_to_tuy_than`, 'file', 'giay-to.png', 'image/png', png);
  if (upload.status !== 303) throw new Error(`the upload answers ${upload.status}`);
  const done = await browser.post(`/ho-so/nhap/${draft}/nop`, { agree: '1', return_channel: 'counter' });
  browser.close();
  if (!/giay-hen/.test(done.headers.location ?? '')) throw new Error(`submission answers ${done.status}: ${done.text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').slice(0, 600)}`);
  return draft;
}

// CSRF tokens of sessions: valid as long as the session.
async function csrfTokens(port, kind, count, page) {
  return Promise.all(range(count).map(async (n) => {
    const browser = new Browser(port);
    await browser.useSession(token(kind, n), page);
    browser.close();
    return browser.csrf;
  }));
}

const page = (paths, sessions = null) => ({
  prepare: async ({ tenants }) => range(Math.max(paths.length, sessions === 'clerk' ? tenants : sessions ? citizens : 1)).map((n) => ({
    method: 'GET', path: cycle(paths, n), cookie: sessions ? cookie(sessions, n % (sessions === 'clerk' ? tenants : citizens)) : '', body: '',
  })),
});

const words = ['khai sinh', 'kết hôn', 'xay dung', 'hộ kinh doanh', 'giay phep', 'chứng thực', 'dat dai', 'hôn nhân', 'kah sinh', 'bao tro xa hoi', 'đất', 'lai xe'];

export const workloads = {
  catalogue: { title: 'catalogue page', ...page(['/thu-tuc']) },
  procedure: { title: 'procedure page', ...page(['/thu-tuc/2.000635', '/thu-tuc/1.001612', '/thu-tuc/1.013225', '/thu-tuc/1.004873']) },
  search: { title: 'search suggestions', ...page(words.map((word) => `/tim-kiem/goi-y?q=${encodeURIComponent(word)}`)) },
  form: {
    title: 'form page',
    prepare: async () => range(citizens).map((n) => ({ method: 'GET', path: `/ho-so/nhap/${id(5, n)}/nguoi_yeu_cau`, cookie: cookie('citizen', n), body: '' })),
  },
  own: { title: 'my dossiers', ...page(['/ho-so'], 'citizen') },
  queue: { title: "official's queue", ...page(['/can-bo'], 'clerk') },
  submit: {
    title: 'submit', once: true,
    async prepare({ port, drafts, rounds, round }) {
      this.csrf ??= await csrfTokens(port, 'citizen', citizens, '/ho-so');
      const share = Math.floor(drafts / rounds);
      return range(share).map((i) => i + round * share).filter((n) => n >= citizens) // the first are form pages
        .map((n) => ({ method: 'POST', path: `/ho-so/nhap/${id(5, n)}/nop`, cookie: cookie('citizen', n % citizens),
          body: form({ csrf: this.csrf[n % citizens], agree: '1', return_channel: 'counter' }) }));
    },
    // Record k: the draft made for that; pgbench then takes drafts of the same agency and person.
    record: async ({ port, writers }) => {
      const tokens = await csrfTokens(port, 'citizen', writers, '/ho-so');
      return range(writers).map((k) => ({ method: 'POST', path: `/ho-so/nhap/${id(7, k)}/nop`, cookie: cookie('citizen', k),
        body: form({ csrf: tokens[k], agree: '1', return_channel: 'counter' }), ids: [id(7, k)],
        script: ({ clients, each }) => ({
          head: `\\set i${k} :i${k} + 1\n\\set n (${k} * ${clients} + :client_id) * ${each} + :i${k}`,
          replace: [[id(7, k), 'bench.id(6, :n)']], counter: `i${k}`,
        }) }));
    },
  },
  step: {
    title: 'complete a step', once: true,
    async prepare({ port, world, writers, rounds, round }) {
      this.csrf ??= await csrfTokens(port, 'clerk', writers, '/can-bo/vai-tro');
      const rows = (await world.psql(`SELECT k, task FROM bench.work WHERE kind = 'http' AND k < ${writers} AND n % ${rounds} = ${round} ORDER BY n, k`)).trim().split('\n');
      return rows.map((row) => row.split('|')).map(([k, task]) => ({ method: 'POST', path: `/can-bo/viec/${task}/hoan-thanh`, cookie: cookie('clerk', k),
        body: form({ csrf: this.csrf[k], outcome: 'receive', revision: '1', note: '' }) }));
    },
    record: async ({ port, world, writers }) => {
      const tokens = await csrfTokens(port, 'clerk', writers, '/can-bo/vai-tro');
      const rows = (await world.psql(`SELECT k, task, dossier FROM bench.work WHERE kind = 'sql' AND k < ${writers} AND n = 0 ORDER BY k`)).trim().split('\n').map((row) => row.split('|'));
      const least = Number(await world.psql(`SELECT min(c) FROM (SELECT count(*) AS c FROM bench.work WHERE kind = 'sql' AND k < ${writers} GROUP BY k) n`));
      return rows.map(([k, task, dossier]) => ({ method: 'POST', path: `/can-bo/viec/${task}/hoan-thanh`, cookie: cookie('clerk', k),
        body: form({ csrf: tokens[k], outcome: 'receive', revision: '1', note: '' }), ids: [task, dossier],
        script: ({ clients }) => ({
          head: `\\set i${k} :i${k} + 1\nSELECT dossier, task FROM bench.work WHERE kind = 'sql' AND k = ${k} AND n = 1 + :client_id + ${clients} * :i${k} \\gset`,
          replace: [[task, ':task'], [dossier, ':dossier']], counter: `i${k}`, each: Math.floor((least - 1) / clients),
        }) }));
    },
  },
  static: { title: 'static file', nginx: true },
};
