// npm run build: the pages with Vite, the server as one file with esbuild, icons and fonts beside them.
import { cpSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build as bundle } from 'esbuild';
import { build as buildPages } from 'vite';

const require = createRequire(import.meta.url);
const packageDir = (name) => dirname(require.resolve(`${name}/package.json`));

if (!process.argv.includes('--server-only')) {
  await buildPages({ logLevel: 'warn' });
}

const icons = join(packageDir('@grafana/ui'), 'dist', 'public', 'img');
cpSync(icons, 'dist/public/build/img', { recursive: true });
mkdirSync('dist/public/fonts/inter', { recursive: true });
mkdirSync('dist/public/fonts/roboto', { recursive: true });
const inter = join(packageDir('@fontsource/inter'), 'files');
cpSync(join(inter, 'inter-latin-400-normal.woff2'), 'dist/public/fonts/inter/Inter-Regular.woff2');
cpSync(join(inter, 'inter-latin-500-normal.woff2'), 'dist/public/fonts/inter/Inter-Medium.woff2');
cpSync(join(inter, 'inter-latin-400-italic.woff2'), 'dist/public/fonts/inter/Inter-Italic.woff2');
const mono = join(packageDir('@fontsource/roboto-mono'), 'files', 'roboto-mono-latin-400-normal.woff2');
cpSync(mono, 'dist/public/fonts/roboto/L0xTDF4xlVMF-BfR8bXMIhJHg45mwgGEFl0_3vrtSM1J-gEPT5Ese6hmHSh0mQ.woff2');

await bundle({
  entryPoints: ['server/main.ts'],
  outfile: 'dist/server.js',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node18',
  logLevel: 'warning',
});
