/** Build of the five Node entries (Electron main, browser host, command line, job process, generation process), the preload and the page. */
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

// Native modules stay outside the bundles; everything else is bundled, so that ESM-only packages also run where `require(esm)` is missing (Node 18 inside older Electrons).
const native = ['electron', 'onnxruntime-node', 'better-sqlite3', 'koffi'];

export default defineConfig({
  main: {
    build: {
      target: 'node18',
      externalizeDeps: false,
      sourcemap: true,
      minify: false,
      rollupOptions: {
        external: [...native, /^node:/],
        input: {
          index: resolve('src/main/index.ts'),
          headless: resolve('src/main/headless.ts'),
          cli: resolve('src/main/cli.ts'),
          worker: resolve('src/main/worker.ts'),
          generator: resolve('src/main/generator.ts'),
        },
        output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name]-[hash].cjs' },
      },
    },
  },
  preload: {
    build: {
      target: 'node18',
      externalizeDeps: false,
      rollupOptions: {
        external: ['electron'],
        input: { index: resolve('src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    base: './',
    build: {
      target: 'chrome114',
      outDir: 'out/renderer',
      rollupOptions: { input: resolve('src/renderer/index.html') },
    },
    plugins: [react()],
  },
});
