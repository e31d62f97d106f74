// Starts and stops what the bench needs: a durable cluster of its own, the server, nginx; all below one folder in /tmp.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const run = promisify(execFile);
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const here = path.join(root, 'tests/load');

// Output of a command; throws with what it said.
export async function output(program, args, options = {}) {
  try {
    const { stdout } = await run(program, args, { maxBuffer: 1 << 30, ...options });
    return stdout;
  } catch (error) {
    throw new Error(`${path.basename(program)} ${args.slice(0, 6).join(' ')}: ${error.stderr?.slice(-2000) || error.message}`);
  }
}

// A free TCP port of this machine.
export async function freePort() {
  const probe = net.createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

export class World {
  // `folder`: of an earlier world that was kept. `city`: data of a sample city to begin with a copy of.
  constructor(program, folder, city) {
    this.program = program;
    this.folder = folder ?? fs.mkdtempSync('/tmp/motcua-load-');
    this.data = path.join(this.folder, 'data');
    if (!folder && city) execFileSync('cp', ['-a', '--reflink=auto', city, this.data]);
    else if (!folder) fs.mkdirSync(this.data);
    for (const open of [this.folder, this.data]) fs.chmodSync(open, 0o711); // the database may run as another user
    this.children = new Set();
  }

  // Not a throw-away cluster: with fsync, as in earnest.
  async startDatabase() {
    this.url = (await output(this.program, ['cluster', 'start', '--data', this.data])).trim();
    this.host = /host=(\S+)/.exec(this.url)[1];
  }

  psql(...commands) {
    return output('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', ...commands.flatMap((sql) => ['-c', sql]), this.url]);
  }

  start(program, args, options = {}) {
    const log = fs.openSync(path.join(this.folder, `${path.basename(program)}.log`), 'a');
    const child = spawn(program, args, { stdio: ['ignore', log, log], ...options });
    fs.closeSync(log);
    this.children.add(child);
    child.ended = new Promise((resolve) => child.on('exit', (code, signal) => {
      this.children.delete(child);
      resolve({ code, signal });
    }));
    return child;
  }

  async stop(child, signal = 'SIGTERM') {
    child.kill(signal);
    return child.ended;
  }

  // `options`: knobs of motcua serve. Waits until it is ready.
  async startServer(options = {}) {
    const { env = {}, ...knobs } = options;
    this.port = knobs.port ?? (await freePort());
    const all = { data: this.data, 'sample-city': 'yes', 'log-level': 'warning', ...knobs, port: this.port };
    const args = Object.entries(all).map(([name, value]) => `--${name}=${value}`);
    this.server = this.start(this.program, ['serve', ...args], { env: { ...process.env, ...env } });
    let gone = false;
    this.server.ended.then(() => (gone = true));
    for (const deadline = Date.now() + 180000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
      if (gone || Date.now() > deadline) throw new Error(`the server did not start: ${fs.readFileSync(path.join(this.folder, `${path.basename(this.program)}.log`), 'utf8').slice(-2000)}`);
      const answer = await fetch(`http://127.0.0.1:${this.port}/readyz`).catch(() => null);
      if (answer?.status === 200) return this.server;
    }
  }

  async startNginx(folder) {
    this.nginxPort = await freePort();
    const place = path.join(this.folder, 'nginx');
    fs.mkdirSync(place, { recursive: true });
    fs.writeFileSync(path.join(place, 'nginx.conf'), `${process.getuid() === 0 ? 'user root;' : ''}
daemon off; worker_processes 2; pid ${place}/pid; error_log ${place}/error.log;
events { worker_connections 1024; }
http {
  include /etc/nginx/mime.types; access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
  client_body_temp_path ${place}/a; proxy_temp_path ${place}/b; fastcgi_temp_path ${place}/c; uwsgi_temp_path ${place}/d; scgi_temp_path ${place}/e;
  server { listen 127.0.0.1:${this.nginxPort}; root ${folder}; }
}`);
    const child = this.start('nginx', ['-c', path.join(place, 'nginx.conf')]);
    for (let i = 0; i < 50; i++) {
      if (await fetch(`http://127.0.0.1:${this.nginxPort}/`).catch(() => null)) return child;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('nginx did not start');
  }

  async end(keep = false) {
    await Promise.all([...this.children].map((child) => this.stop(child)));
    if (keep) return;
    await output(this.program, ['cluster', 'stop', '--data', this.data]).catch((error) => console.error(error.message));
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
