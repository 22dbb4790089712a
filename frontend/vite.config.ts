import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { beginning } from './beginning.js';
import { phoneChunks } from './chunks.js';
import { compressed } from './compressed.js';
import { precacheLists } from './precache.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const centre = process.env['UNJAI_URL'] ?? 'http://127.0.0.1:8400';

export default defineConfig({
  root: here('.'),
  base: '/',
  plugins: [svelte(), beginning(), precacheLists(), compressed()],
  resolve: {
    alias: { $lib: here('src/lib') },
    ...(process.env['VITEST'] ? { conditions: ['browser'] } : {}),
  },
  build: {
    outDir: here('../src/unjai/web/dist'),
    emptyOutDir: true,
    target: 'es2022',
    // A data: font or icon would be refused by the policy of the page (font-src falls back to 'self').
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: {
        citizen: here('index.html'),
        pole: here('pole/index.html'),
        console: here('console/index.html'),
        manage: here('manage/index.html'),
        officer: here('officer/index.html'),
        open: here('open/index.html'),
      },
      output: { codeSplitting: { groups: [{ name: phoneChunks() }] } },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: centre, ws: true }, '/ws/': { target: centre, ws: true }, '/healthz': centre, '/trust/': centre, '/gps': centre, '/sos/': centre },
  },
  test: { include: ['src/**/*.test.ts', 'tests/**/*.test.ts'], environment: 'node', css: true },
});
