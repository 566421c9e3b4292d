import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { moduleBase64 } from '../../../../lib/simdjson/module.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const hasCompiler = existsSync(join(ROOT, 'node_modules/assemblyscript'));

test.skipIf(!hasCompiler)('the module is what its sources compile to (skipped where assemblyscript is not installed)', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'lib/simdjson/build.mjs'), '--check'], { encoding: 'utf8' });
  expect(status, stdout + stderr).toBe(0);
});

test('the module is wasm', () => {
  expect(Buffer.from(moduleBase64, 'base64').subarray(0, 8)).toEqual(Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]));
});
