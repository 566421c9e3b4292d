/**
 * assembly/*.ts ─▶ asc ─▶ module.ts: the wasm module as base64 text, checked in, so that running needs no tool.
 *
 *   npm run build:wasm    writes module.ts
 *   npm run check:wasm    compiles again and compares; exit code 1 when the bytes differ
 *
 * The compiler's version is fixed in package.json; the same sources give the same bytes on every machine.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const HERE = dirname(fileURLToPath(import.meta.url));
const TARGET = join(HERE, 'module.ts');
const LINE = 120;

/** 20 MB: everything the module knows has its place from the start, and views of a memory that grows would die. */
const PAGES = '320';

const OPTIONS = [
  'index.ts', '--outFile', 'module.wasm', '--baseDir', join(HERE, 'assembly'),
  '-O3', '--converge', '--noAssert', '--uncheckedBehavior', 'always', '--runtime', 'stub',
  '--enable', 'simd', '--enable', 'bulk-memory', '--initialMemory', PAGES, '--maximumMemory', PAGES, '--memoryBase', '64',
  '--use', 'abort=',
  // A function that is a part of one caller's loop is a call elsewhere: that is meant.
  '--disableWarning', '217',
];

/** The module's bytes. */
export async function compile() {
  let bytes = null;
  const said = [];
  const { error } = await main(OPTIONS, {
    stdout: { write: (text) => said.push(String(text)) },
    stderr: { write: (text) => said.push(String(text)) },
    writeFile: (_name, contents) => {
      bytes = Buffer.from(contents);
    },
  });
  if (error !== null || bytes === null) throw new Error(`the module does not compile: ${said.join('')}${error?.message ?? ''}`);
  return bytes;
}

/** The text of module.ts for these bytes. */
export function moduleText(bytes) {
  const text = bytes.toString('base64');
  const lines = [];
  for (let at = 0; at < text.length; at += LINE) lines.push(text.slice(at, at + LINE));
  return `/**
 * Made by \`npm run build:wasm\` from assembly/*.ts with AssemblyScript; do not edit. ${bytes.length} bytes of WebAssembly
 * with 128-bit vectors, as base64. \`npm run check:wasm\` compiles them again and compares.
 */
export const moduleBase64 = \`
${lines.join('\n')}
\`;
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = moduleText(await compile());
  if (process.argv.includes('--check')) {
    const isSame = readFileSync(TARGET, 'utf8') === text;
    process.stdout.write(isSame ? 'lib/simdjson/module.ts is what assembly/ compiles to\n' : 'lib/simdjson/module.ts is not what assembly/ compiles to: run `npm run build:wasm`\n');
    process.exitCode = isSame ? 0 : 1;
  } else {
    writeFileSync(TARGET, text);
    process.stdout.write(`lib/simdjson/module.ts written\n`);
  }
}
