import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

/** The pages as they were built: a few files of a known list, so that no path a client writes ever reaches the disk. */
export interface PageFile {
  body: Buffer;
  type: string;
  etag: string;
  /** made at the first request for it */
  brotli?: Buffer;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.woff2': 'font/woff2',
};

const folder = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../../../dist/console' : '../../../../console', import.meta.url));

/** By path below the build's folder, as `assets/x.js`; empty where the pages were never built. */
export function readPageFiles(): Map<string, PageFile> {
  const files = new Map<string, PageFile>();
  if (!existsSync(folder)) return files;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const body = readFileSync(path);
    files.set(path.slice(folder.length + 1), { body, type, etag: `"${hash('sha256', body, 'base64url').slice(0, 22)}"` });
  }
  return files;
}

/** A tenth of what gzip leaves and cheap enough to make once, when the first browser asks. */
export function compressed(file: PageFile): Buffer {
  return (file.brotli ??= brotliCompressSync(file.body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }));
}
