// A clamd of our own: its own socket, its own signatures (one: EICAR's), nothing of the machine's. The daemon and its protocol are
// the real ones.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const clamd = ['/usr/sbin/clamd', '/usr/local/sbin/clamd'].find((file) => existsSync(file)) ?? null;

/** The harmless text that every scanner calls a virus, put together here so that this file is none. */
export const eicar = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-', 'ANTIVIRUS-TEST-FILE!$H+H*'].join(''));

function answers(socket) {
  return new Promise((resolve) => {
    const connection = net.connect(socket, () => connection.write('zPING\0'));
    connection.on('data', (data) => resolve(data.toString() === 'PONG\0')).on('error', () => resolve(false));
    connection.on('close', () => resolve(false));
  });
}

/** Prepares the folder; `start()` and `stop()` may be called in turn. `limit`: StreamMaxLength. */
export async function prepareClamd({ limit = '25M' } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'motcua-clamd-'));
  const socket = path.join(folder, 'clamd.sock');
  mkdirSync(path.join(folder, 'db'));
  writeFileSync(path.join(folder, 'db/test.ndb'), `Test.Eicar:0:*:${eicar.toString('hex')}\n`);
  const lines = [`LocalSocket ${socket}`, `DatabaseDirectory ${path.join(folder, 'db')}`, `TemporaryDirectory ${folder}`, 'Foreground yes', 'LogTime yes', `StreamMaxLength ${limit}`, 'AlertExceedsMax yes', 'MaxThreads 4'];
  writeFileSync(path.join(folder, 'clamd.conf'), `${lines.join('\n')}\n`);
  let child = null;
  const stop = async () => {
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(5000)]);
    child.kill('SIGKILL');
    child = null;
  };
  process.on('exit', () => child?.kill('SIGKILL'));
  return {
    socket,
    async start() {
      let output = '';
      child = spawn(clamd, ['--config-file', path.join(folder, 'clamd.conf')], { stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout.on('data', (data) => (output += data));
      child.stderr.on('data', (data) => (output += data));
      for (let i = 0; i < 300; i++) {
        if (existsSync(socket) && (await answers(socket))) return;
        if (child.exitCode !== null) break;
        await sleep(100);
      }
      throw new Error(`clamd does not answer: ${output.slice(-2000)}`);
    },
    stop,
    async remove() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const clamdVersion = () => (clamd ? spawnSync(clamd, ['--version'], { encoding: 'utf8' }).stdout.trim() : null);
