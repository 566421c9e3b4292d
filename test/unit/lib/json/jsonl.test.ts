import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Random } from '../../../../lib/random/random.ts';
import { readJsonLines } from '../../../../lib/json/jsonl.ts';
import type { JsonLine, JsonLinesOptions } from '../../../../lib/json/jsonl.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jsonl-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** Everything that could be read, and what ended it. */
async function readAll(file: string, options?: JsonLinesOptions): Promise<{ lines: JsonLine[]; error: unknown }> {
  const lines: JsonLine[] = [];
  try {
    for await (const line of readJsonLines(file, options)) lines.push(line);
    return { lines, error: null };
  } catch (error) {
    return { lines, error };
  }
}

/** Texts that do not compress to nothing, so that the file has many deflate blocks. */
function longLines(count: number): string[] {
  const random = new Random(7);
  return Array.from({ length: count }, (_, index) => `{"i":${index},"noise":"${Array.from({ length: 20 }, () => random.uint32().toString(36)).join('')}"}`);
}

describe('readJsonLines', () => {
  test.each(['plain.jsonl', 'packed.jsonl.gz'])('reads %s line by line', async (name) => {
    const text = '{"a":1}\n{"b":"ü€😀"}\n';
    const file = fileOf(name, name.endsWith('.gz') ? gzipSync(text) : text);
    expect(await readAll(file)).toEqual({
      lines: [
        { line: 1, text: '{"a":1}' },
        { line: 2, text: '{"b":"ü€😀"}' },
      ],
      error: null,
    });
  });

  test.each([
    ['empty lines are skipped but counted', '1\n\n\r\n4', [[1, '1'], [4, '4']]],
    ['a last line needs no line end', '1\n2', [[1, '1'], [2, '2']]],
    ['carriage returns are no part of a line', '1\r\n2\r\n', [[1, '1'], [2, '2']]],
    ['a byte order mark is dropped', '\ufeff1\n', [[1, '1']]],
    ['an empty file has no lines', '', []],
  ] as const)('%s', async (_name, text, expected) => {
    const { lines, error } = await readAll(fileOf('a.jsonl', text));
    expect(lines.map(({ line, text: found }) => [line, found])).toEqual(expected);
    expect(error).toBeNull();
  });

  test('cuts lines at the same places however they lie in the chunks', async () => {
    const line = fc.string({ unit: 'binary', maxLength: 30 }).map((text) => text.replace(/[\r\n\ufeff]/g, '·'));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 20 }), fc.integer({ min: 16_370, max: 16_390 }), async (texts, padding) => {
        const all = ['x'.repeat(padding), ...texts.map((text) => Buffer.from(text).toString())];
        const { lines } = await readAll(fileOf('a.jsonl', all.join('\n')));
        expect(lines.map((each) => each.text)).toEqual(all.filter((text) => text !== ''));
      }),
      { numRuns: 50 },
    );
  });

  test('reads every member of a compressed file that was appended to', async () => {
    const file = fileOf('a.jsonl.gz', Buffer.concat([gzipSync('1\n'), gzipSync('2\n3\n')]));
    expect((await readAll(file)).lines.map((each) => each.text)).toEqual(['1', '2', '3']);
  });

  test('gives every complete line of a truncated compressed file and only then fails', async () => {
    const texts = longLines(3000);
    const packed = gzipSync(`${texts.join('\n')}\n`);
    const { lines, error } = await readAll(fileOf('a.jsonl.gz', packed.subarray(0, packed.length - 20)));
    expect(lines.length).toBeGreaterThan(2990);
    expect(lines.map((each) => each.text)).toEqual(texts.slice(0, lines.length));
    const byteOffset = lines.reduce((sum, each) => sum + each.text.length + 1, 0);
    expect(error).toMatchObject({
      code: 'JSONL_TRUNCATED',
      facts: { file: join(folder, 'a.jsonl.gz'), line: lines.length + 1, byteOffset },
    });
  });

  test('a file cut anywhere gives a beginning of its lines and an error, never a wrong line', async () => {
    const texts = longLines(400);
    const packed = gzipSync(`${texts.join('\n')}\n`);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: packed.length - 1 }), async (length) => {
        const { lines, error } = await readAll(fileOf('a.jsonl.gz', packed.subarray(0, length)));
        expect(lines.map((each) => each.text)).toEqual(texts.slice(0, lines.length));
        expect(error).toMatchObject({ code: 'JSONL_TRUNCATED', facts: { line: lines.length + 1 } });
      }),
      { numRuns: 60 },
    );
  });

  test('a cut in the second member keeps the first one whole', async () => {
    const second = gzipSync(`${longLines(10).join('\n')}\n`);
    const { lines, error } = await readAll(fileOf('a.jsonl.gz', Buffer.concat([gzipSync('1\n2\n'), second.subarray(0, 5)])));
    expect(lines.map((each) => each.text)).toEqual(['1', '2']);
    expect(error).toMatchObject({ code: 'JSONL_TRUNCATED', facts: { line: 3, byteOffset: 4 } });
  });

  test.each([1, 100, 50_000])('%d zeros behind the last member are nothing', async (length) => {
    const file = fileOf('a.jsonl.gz', Buffer.concat([gzipSync('1\n2\n'), Buffer.alloc(length)]));
    const { lines, error } = await readAll(file);
    expect(lines.map((each) => each.text)).toEqual(['1', '2']);
    expect(error).toBeNull();
  });

  test('rubbish behind the last member is damage', async () => {
    const file = fileOf('a.jsonl.gz', Buffer.concat([gzipSync('1\n2\n'), Buffer.from('rubbish')]));
    expect((await readAll(file)).error).toMatchObject({ code: 'JSONL_CORRUPT' });
  });

  test('a damaged compressed file is told from a truncated one', async () => {
    const packed = gzipSync(`${longLines(2000).join('\n')}\n`);
    packed.fill(0xff, packed.length - 3000, packed.length - 2900);
    const { lines, error } = await readAll(fileOf('a.jsonl.gz', packed));
    expect(lines.length).toBeGreaterThan(500);
    expect(error).toMatchObject({ code: 'JSONL_CORRUPT', facts: { line: lines.length + 1 } });
  });

  test('text under the name of a compressed file is damaged at its first line', async () => {
    expect((await readAll(fileOf('a.jsonl.gz', 'text'))).error).toMatchObject({ code: 'JSONL_CORRUPT', facts: { line: 1, byteOffset: 0 } });
  });

  test('a line longer than the limit is refused with its place', async () => {
    const file = fileOf('a.jsonl', `123\n${'x'.repeat(100)}\n`);
    expect((await readAll(file, { lineBytesMax: 99 })).error).toMatchObject({
      code: 'JSONL_LINE_TOO_LONG',
      facts: { file, line: 2, byteOffset: 4, lineBytesMax: 99 },
    });
    expect((await readAll(file, { lineBytesMax: 100 })).lines).toHaveLength(2);
  });

  test.each([
    ['a missing file', 'missing.jsonl', /ENOENT/],
    ['a directory', '.', /EISDIR/],
  ])('%s is said to be unreadable', async (_name, name, reason) => {
    const { error } = await readAll(join(folder, name));
    expect(error).toMatchObject({ code: 'JSONL_UNREADABLE', message: expect.stringMatching(reason) });
  });

  test('a reader who stops early closes the file', async () => {
    const file = fileOf('a.jsonl.gz', gzipSync('1\n2\n'));
    for await (const { text } of readJsonLines(file)) {
      expect(text).toBe('1');
      break;
    }
    expect(readFileSync(file).length).toBeGreaterThan(0);
  });
});
