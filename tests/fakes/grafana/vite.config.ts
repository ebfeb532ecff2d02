// Builds the pages into dist/public/build; hashed names, a manifest for the server.
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  publicDir: false,
  define: { 'process.env.NODE_ENV': JSON.stringify('production'), global: 'globalThis' },
  resolve: {
    mainFields: ['module', 'browser', 'main'],
    alias: [{ find: 'react-router-dom-v5-compat', replacement: 'react-router-dom' }],
    dedupe: ['react', 'react-dom', 'rxjs', 'react-router-dom', '@emotion/react', '@emotion/css'],
  },
  build: {
    outDir: 'dist/public/build',
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    sourcemap: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 20_000,
    rollupOptions: {
      // "use client" marks and misplaced comments of dependencies: nothing that one could act upon.
      onwarn: (warning, warn) => {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warning.code !== 'INVALID_ANNOTATION') {
          warn(warning);
        }
      },
      input: { scenes: 'page/scenes/main.tsx', legacy: 'page/legacy/main.ts' },
    },
  },
});
