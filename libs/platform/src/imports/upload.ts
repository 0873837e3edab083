import { createHash } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';

/** A file on disk, and what was learnt while it came in. */
export interface Upload {
  path: string;
  bytes: number;
  /** Hex. */
  sha256: string;
  encoding: Encoding;
}

/** Encodings that are recognised. */
export type Encoding = 'utf-8' | 'gb18030' | 'utf-16le';

/**
 * Writes a stream to disk as it comes, constant in memory, and flushes it. The encoding is told from the whole
 * file: a byte order mark, else UTF-8 when every byte of it is valid UTF-8, else GB18030.
 * @throws what the stream throws; the partial file is removed
 */
export async function saveUpload(body: Readable, path: string): Promise<Upload> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w');
  try {
    const hash = createHash('sha256');
    const encoding = new EncodingDetector();
    let bytes = 0;
    for await (const chunk of body) {
      const buffer: Buffer = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      hash.update(buffer);
      encoding.add(buffer);
      await writeAll(file, buffer);
      bytes += buffer.length;
    }
    await file.sync();
    await file.close();
    await syncFolder(dirname(path));
    return { path, bytes, sha256: hash.digest('hex'), encoding: encoding.result() };
  } catch (error) {
    await file.close().catch(() => {});
    await rm(path, { force: true });
    throw error;
  }
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, buffer: Buffer): Promise<void> {
  for (let written = 0; written < buffer.length; ) {
    written += (await file.write(buffer, written)).bytesWritten;
  }
}

// A new file survives a power cut only when its folder's entry is on disk too.
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch {
    // Some file systems cannot sync a folder; the file itself is safe.
  } finally {
    await folder.close();
  }
}

/** Tells the encoding of bytes that come in pieces. */
export class EncodingDetector {
  private first = Buffer.alloc(0);
  private valid = true;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });

  add(chunk: Buffer): void {
    if (this.first.length < 2) this.first = Buffer.concat([this.first, chunk.subarray(0, 2)]);
    if (!this.valid) return;
    try {
      this.decoder.decode(chunk, { stream: true });
    } catch {
      this.valid = false;
    }
  }

  result(): Encoding {
    if (this.first[0] === 0xff && this.first[1] === 0xfe) return 'utf-16le';
    if (this.valid) {
      try {
        this.decoder.decode();
        return 'utf-8';
      } catch {
        // the file ends in the middle of a character
      }
    }
    return 'gb18030';
  }
}
