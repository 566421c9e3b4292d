import { mkdirSync, writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

const folder = '.cache/closing-line';

/**
 * Leaves one line per run, `12 passed, 0 failed` or `12 passed, 0 failed, 1 skipped`, in .cache/closing-line/<projects>.
 *
 * Coverage is printed after the last reporter, so the line cannot be printed here if it is to be the last: the Makefile
 * adds up the lines of its runs and prints the sum when everything else is said.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    let skipped = 0;
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failed += 1;
        else skipped += 1;
      }
    }
    const projects = [...new Set(modules.map((module) => module.project.name))].sort().join('+');
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/${projects || 'none'}`, `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  }
}
