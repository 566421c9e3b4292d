import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * Two projects: `main` is every test and every bench in pocket size; `soak` looks at memory, so it needs the collector's
 * handle and the machine to itself, and is run on its own (`make soak`, and as a part of `make check`).
 */
export default defineConfig({
  resolve: {
    // The door of the plugins as source, so that a test of an example measures and steps through what it reads.
    alias: { 'meltica/plugin': fileURLToPath(new URL('internal/consumers/plugin.ts', import.meta.url)) },
  },
  test: {
    pool: 'forks',
    // By default one core is left alone, which on two is half of the machine.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/support/closing-line.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          include: ['test/{unit,golden,scenario,e2e,lint,conformance}/**/*.test.ts', 'bench/**/*.bench.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'soak', include: ['test/soak/**/*.test.ts'], execArgv: ['--expose-gc'], fileParallelism: false },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['cmd/**/*.ts', 'lib/**/*.ts', 'internal/**/*.ts', 'schemas/**/*.ts'],
      // Another language: it is tested as what it compiles to.
      exclude: ['lib/simdjson/assembly/**'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: {
        'lines': 85,
        'lib/pool/**': { lines: 95 },
        'internal/dispatcher/**': { lines: 95 },
        'internal/book/**': { lines: 95 },
      },
    },
  },
});
