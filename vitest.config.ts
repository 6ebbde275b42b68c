/** Unit, golden and invariant tests: everything that needs neither a window nor a browser. */
import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './test/summary-reporter.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['test/e2e/**', 'node_modules/**'],
    pool: 'forks', // a worker thread that ends inside an onnxruntime run takes the process with it
    maxWorkers: 2,
    css: { include: /\.css\?raw$/ }, // stylesheets as text, which reports hold; others are left out
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', new SummaryReporter()],
  },
});
