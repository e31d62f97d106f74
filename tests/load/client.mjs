// A small browser for programs: cookies, forms with their CSRF token, no redirects followed by themselves.
import http from 'node:http';
import crypto from 'node:crypto';

export class Browser {
  constructor(port, { agent } = {}) {
    this.port = port;
    this.agent = agent ?? new http.Agent({ keepAlive: true, maxSockets: 1 });
    this.cookies = new Map();
    this.csrf = null;
  }

  // Resolves with {status, headers, text}; rejects when the connection breaks before the answer is complete.
  request(method, path, body, headers = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const all = { Host: `localhost:${this.port}`, ...(cookie && { Cookie: cookie }), ...headers };
    if (body !== undefined) {
      all['Content-Length'] = Buffer.byteLength(body);
      all['Content-Type'] ??= 'application/x-www-form-urlencoded';
    }
    return new Promise((resolve, reject) => {
      const request = http.request({ host: '127.0.0.1', port: this.port, method, path, headers: all, agent: this.agent }, (answer) => {
        const parts = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('error', reject);
        answer.on('aborted', () => reject(new Error('connection lost in the middle of an answer')));
        answer.on('end', () => {
          for (const line of answer.headers['set-cookie'] ?? []) {
            const [name, value] = line.split(';')[0].split('=');
            if (value === '') this.cookies.delete(name);
            else this.cookies.set(name, value);
          }
          const text = Buffer.concat(parts).toString('utf8');
          this.csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? this.csrf;
          resolve({ status: answer.statusCode, headers: answer.headers, text });
        });
      });
      request.setTimeout(60000, () => request.destroy(new Error('no answer within a minute')));
      request.on('error', reject);
      request.end(body);
    });
  }

  get(path) {
    return this.request('GET', path);
  }

  // A form is posted with the token of the page seen last.
  post(path, fields = {}) {
    const form = new URLSearchParams({ csrf: this.csrf ?? '', ...fields });
    return this.request('POST', path, form.toString());
  }

  upload(path, field, fileName, type, bytes) {
    const boundary = `x${crypto.randomBytes(12).toString('hex')}`;
    const part = (head) => `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n`;
    const body = Buffer.concat([
      Buffer.from(`${part('name="csrf"')}\r\n${this.csrf}\r\n`),
      Buffer.from(`${part(`name="${field}"; filename="${fileName}"`)}Content-Type: ${type}\r\n\r\n`),
      bytes,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
    return this.request('POST', path, body, { 'Content-Type': `multipart/form-data; boundary=${boundary}`, 'X-CSRF-Token': this.csrf });
  }

  async signIn(identifier, password) {
    await this.get('/dang-nhap');
    const answer = await this.post('/dang-nhap', { identifier, password });
    if (answer.status !== 303 || !this.cookies.has('phien')) throw new Error(`${identifier} cannot sign in: ${answer.status}`);
    return answer;
  }

  // A session made by other means; fetches a page for the CSRF token that belongs to it.
  async useSession(token, page) {
    this.cookies.set('phien', token);
    const answer = await this.get(page);
    if (answer.status !== 200 || !this.csrf) throw new Error(`${page} answers ${answer.status}`);
    return answer;
  }

  close() {
    this.agent.destroy();
  }
}

export const newToken = () => crypto.randomBytes(32).toString('base64url');
export const tokenHash = (token) => crypto.createHash('sha256').update(token).digest('hex');
