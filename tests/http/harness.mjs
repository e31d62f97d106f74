// Starts http_test_server and talks to it in raw bytes. MOTCUA_BUILD names the build folder.
import { spawn } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

export { sleep };
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const program = path.join(path.resolve(root, process.env.MOTCUA_BUILD ?? 'build/check'), 'tests/http/http_test_server');

export async function startServer(options = {}) {
  const args = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const server = { child, log: '', output: '', exit: null };
  const exited = new Promise((resolve) => child.on('exit', (code, signal) => resolve((server.exit = { code, signal }))));
  child.stderr.on('data', (data) => (server.log += data));
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (data) => {
      server.output += data;
      const match = /port (\d+) metrics (\d+)/.exec(server.output);
      if (match) {
        server.port = Number(match[1]);
        server.metricsPort = Number(match[2]);
        resolve();
      }
    });
    exited.then(() => reject(new Error(`server did not start: ${server.log}`)));
  });
  server.lines = () => server.log.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  server.kill = (signal) => child.kill(signal);
  // A test that failed half-way must not hold the others up, nor leave a server behind.
  for (const part of [child, child.stdout, child.stderr]) part.unref();
  process.on('exit', () => child.kill('SIGKILL'));
  server.wait = () => {
    for (const part of [child, child.stdout, child.stderr]) part.ref();
    return exited;
  };
  // Stops gently and fails when the sanitizers (or anything else) complained.
  server.stop = async () => {
    child.kill('SIGTERM');
    const result = await server.wait();
    if (result.code !== 0) throw new Error(`server ended with ${JSON.stringify(result)}\n${server.log.slice(-4000)}`);
  };
  return server;
}

// A connection: send bytes, read whole responses one after the other.
export class Client {
  constructor(server, port = server.port, host = '127.0.0.1') {
    this.buffer = Buffer.alloc(0);
    this.closed = false;
    this.waiters = [];
    this.socket = net.connect({ port, host, allowHalfOpen: true });
    this.socket.setNoDelay(true);
    this.opened = new Promise((resolve) => this.socket.on('connect', resolve));
    const wake = () => this.waiters.splice(0).forEach((waiter) => waiter());
    this.socket.on('data', (data) => {
      this.buffer = Buffer.concat([this.buffer, data]);
      wake();
    });
    const end = () => {
      this.closed = true;
      wake();
    };
    this.socket.on('end', end);
    this.socket.on('close', end);
    this.socket.on('error', (error) => {
      this.error = error;
      end();
    });
  }

  async send(...parts) {
    await this.opened;
    for (const part of parts) this.socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
  }

  async more(deadline) {
    if (this.closed) throw new Error(`connection closed; had: ${this.buffer.toString('latin1').slice(0, 300)}`);
    const left = deadline - Date.now();
    if (left <= 0) throw new Error(`timed out; had: ${this.buffer.toString('latin1').slice(0, 300)}`);
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, left);
      this.waiters.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  // Reads one response; `head` when the request was HEAD.
  async response({ timeout = 8000, head = false } = {}) {
    const deadline = Date.now() + timeout;
    let end;
    while ((end = this.buffer.indexOf('\r\n\r\n')) < 0) await this.more(deadline);
    const text = this.buffer.subarray(0, end).toString('latin1');
    this.buffer = this.buffer.subarray(end + 4);
    const [first, ...lines] = text.split('\r\n');
    const match = /^HTTP\/1\.1 (\d{3}) /.exec(first);
    if (!match) throw new Error(`no status line: ${first}`);
    const status = Number(match[1]);
    const headers = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      headers[name] = name in headers ? `${headers[name]}\n${value}` : value;
    }
    const result = { status, headers, raw: text };
    if (status === 100) return result;
    let body = Buffer.alloc(0);
    if (!head && status !== 204 && status !== 304) {
      if (headers['transfer-encoding'] === 'chunked') {
        for (;;) {
          let line;
          while ((line = this.buffer.indexOf('\r\n')) < 0) await this.more(deadline);
          const size = parseInt(this.buffer.subarray(0, line).toString(), 16);
          while (this.buffer.length < line + 2 + size + 2) await this.more(deadline);
          body = Buffer.concat([body, this.buffer.subarray(line + 2, line + 2 + size)]);
          this.buffer = this.buffer.subarray(line + 2 + size + 2);
          if (size === 0) break;
        }
      } else {
        const length = Number(headers['content-length']);
        while (this.buffer.length < length) await this.more(deadline);
        body = this.buffer.subarray(0, length);
        this.buffer = this.buffer.subarray(length);
      }
    }
    result.body = body;
    result.text = body.toString('utf8');
    return result;
  }

  // Resolves when the server has closed its side; rejects when more bytes come or time runs out.
  async ended({ timeout = 8000 } = {}) {
    const deadline = Date.now() + timeout;
    while (!this.closed) await this.more(deadline);
    if (this.buffer.length > 0) throw new Error(`more bytes: ${this.buffer.toString('latin1').slice(0, 300)}`);
  }

  destroy() {
    this.socket.destroy();
  }
}

// One request on a connection of its own.
export async function exchange(server, bytes, options = {}) {
  const client = new Client(server, options.port ?? server.port);
  try {
    await client.send(bytes);
    return await client.response(options);
  } finally {
    client.destroy();
  }
}

export function get(target, headers = {}, method = 'GET') {
  const lines = Object.entries({ Host: 'motcua.example', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

export function post(target, body, headers = {}, method = 'POST') {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body, 'utf8');
  const all = { Host: 'motcua.example', 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': bytes.length, ...headers };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), bytes]);
}

// parts: [{name, filename?, type?, data}]
export function multipart(parts, boundary = 'XbOuNdArY') {
  const chunks = [];
  for (const part of parts) {
    const file = part.filename === undefined ? '' : `; filename="${part.filename}"`;
    const type = part.type === undefined ? '' : `\r\nContent-Type: ${part.type}`;
    chunks.push(Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${part.name}"${file}${type}\r\n\r\n`));
    chunks.push(Buffer.isBuffer(part.data) ? part.data : Buffer.from(part.data));
    chunks.push(Buffer.from('\r\n'));
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  return { body: Buffer.concat(chunks), type: `multipart/form-data; boundary=${boundary}` };
}
