// A telephone's line: slow, and broken now and then.
import net from 'node:net';

/** Between the browser and the server: so many bytes a second upwards, and now and then no line at all. */
export class Line {
  constructor(port) {
    this.port = port;
  }
  rate = Infinity;
  broken = false;
  ends = new Set();
  server = net.createServer((client) => {
    if (this.broken) {
      client.destroy();
      return;
    }
    const server = net.connect(this.port, '127.0.0.1');
    for (const [end, other] of [[client, server], [server, client]]) {
      this.ends.add(end);
      end.on('error', () => {});
      end.on('close', () => {
        this.ends.delete(end);
        other.destroy();
      });
    }
    client.on('data', (bytes) => {
      server.write(bytes);
      if (this.rate === Infinity) return;
      client.pause();
      setTimeout(() => client.resume(), (1000 * bytes.length) / this.rate);
    });
    server.pipe(client);
  });
  async lay() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://localhost:${this.server.address().port}`;
  }
  break() {
    this.broken = true;
    for (const end of this.ends) end.destroy();
  }
  mend() {
    this.broken = false;
    this.rate = Infinity;
  }
}
