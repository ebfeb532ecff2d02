// The built pages: hashed files that may be cached for good, and the manifest that names them.
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
  isEntry?: boolean;
}

export interface EntryFiles {
  script: string;
  preloads: string[];
  styles: string[];
}

/** A few icons are not in @grafana/ui's package though it asks for them: an empty picture takes their place. */
function sendsBlankIcon(res: ServerResponse, path: string): boolean {
  if (!path.startsWith('build/img/icons/')) {
    return false;
  }
  res.writeHead(200, { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=3600' });
  res.end('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"></svg>');
  return true;
}

export class Assets {
  private readonly manifest: Record<string, Chunk>;

  constructor(private readonly dir: string) {
    const file = join(dir, 'build', '.vite', 'manifest.json');
    if (!existsSync(file)) {
      throw new Error(`no built pages in ${dir}: run 'npm run build' first`);
    }
    this.manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Chunk>;
  }

  entry(name: 'scenes' | 'legacy'): EntryFiles {
    const source = name === 'scenes' ? 'page/scenes/main.tsx' : 'page/legacy/main.ts';
    const chunk = this.manifest[source];
    if (!chunk) {
      throw new Error(`the manifest has no ${source}`);
    }
    const seen = new Set<string>();
    const styles: string[] = [];
    const walk = (c: Chunk) => {
      styles.push(...(c.css ?? []));
      for (const key of c.imports ?? []) {
        if (!seen.has(key)) {
          seen.add(key);
          walk(this.manifest[key]!);
        }
      }
    };
    walk(chunk);
    return { script: chunk.file, preloads: [...seen].map((key) => this.manifest[key]!.file), styles };
  }

  /** `path` is relative to /public/. Answers false if there is no such file. */
  send(res: ServerResponse, path: string, isHead: boolean): boolean {
    const file = normalize(join(this.dir, decodeURIComponent(path)));
    if (!file.startsWith(normalize(this.dir)) || !existsSync(file) || !statSync(file).isFile()) {
      return sendsBlankIcon(res, path);
    }
    res.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': statSync(file).size,
      'cache-control': path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
    });
    if (isHead) {
      res.end();
    } else {
      createReadStream(file).pipe(res);
    }
    return true;
  }
}
