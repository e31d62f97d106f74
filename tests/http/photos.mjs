// Photos for tests: lines of "text" on a sheet, made as PNG here and as JPEG by the program itself.
import { spawnSync } from 'node:child_process';
import zlib, { deflateSync } from 'node:zlib';
import path from 'node:path';
import { root } from '../browser/city.mjs';

const program = path.resolve(root, process.env.MOTCUA_TEST_PROGRAM ?? path.join(process.env.MOTCUA_BUILD ?? 'build/check', 'motcua'));

export const crc32 = zlib.crc32 ?? ((bytes) => {
  let value = ~0;
  for (const byte of bytes) {
    value ^= byte;
    for (let i = 0; i < 8; i++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
});
/** A chunk of a PNG. */
export const chunk = (name, data) => {
  const body = Buffer.concat([Buffer.from(name), data]);
  const [head, tail] = [Buffer.alloc(4), Buffer.alloc(4)];
  head.writeUInt32BE(data.length);
  tail.writeUInt32BE(crc32(body));
  return Buffer.concat([head, body, tail]);
};

/** A grey PNG of a sheet with `lines` lines; few pixels, so that it is quick. */
export function pngOf({ width = 600, height = 900, dark = false, lines = 40 } = {}) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc((width + 1) * height, dark ? 25 : 235);
  const step = Math.max(4, Math.floor(height / lines));
  for (let y = 0; y < height; y++) {
    rows[y * (width + 1)] = 0;
    if (y % step < step / 2) for (let x = 0; x < width; x++) if (Math.floor(x / 6) % 3) rows[y * (width + 1) + 1 + x] = 5;
  }
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

const made = new Map();
/** {name, type, bytes}: a JPEG. */
export function photoOf(name, options = {}) {
  const key = JSON.stringify(options);
  if (!made.has(key)) {
    const result = spawnSync(program, ['inspect', 'png', '1', '2000'], { input: pngOf(options), maxBuffer: 1 << 26 });
    if (result.status !== 0) throw new Error(String(result.stderr));
    made.set(key, result.stdout.subarray(result.stdout.indexOf('\n') + 1));
  }
  return { name, type: 'image/jpeg', bytes: made.get(key) };
}

/** The photo as a telephone keeps it that was held like this (Exif 2.3, orientation 1 to 8). */
export function heldLike(photo, orientation) {
  const exif = Buffer.concat([Buffer.from('ffe100004578696600004949', 'hex'), Buffer.from('2a000800000001001201030001000000', 'hex'), Buffer.from([orientation, 0, 0, 0, 0, 0, 0, 0])]);
  exif.writeUInt16BE(exif.length - 2, 2);
  return { ...photo, bytes: Buffer.concat([photo.bytes.subarray(0, 2), exif, photo.bytes.subarray(2)]) };
}
