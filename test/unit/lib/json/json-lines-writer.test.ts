import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AppError } from '../../../../lib/errors/app-error.ts';
import { JsonLinesWriter } from '../../../../lib/json/json-lines-writer.ts';
import { readJsonLines } from '../../../../lib/json/jsonl.ts';

let folder = '';
let errors: AppError[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jsonl-writer-'));
  errors = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function writerOf(name: string, bufferLengthMax?: number): JsonLinesWriter {
  const onError = (error: AppError): void => void errors.push(error);
  return new JsonLinesWriter({ file: join(folder, name), onError, ...(bufferLengthMax === undefined ? {} : { bufferLengthMax }) });
}

async function textsOf(file: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of readJsonLines(file)) texts.push(text);
  return texts;
}

const names = ['a.jsonl', 'a.jsonl.gz'];

describe.each(names)('JsonLinesWriter of %s', (name) => {
  test('writes what a reader reads', async () => {
    const writer = writerOf(name);
    const texts = Array.from({ length: 5000 }, (_, index) => `{"i":${index},"ü":"€"}`);
    for (const text of texts) expect(writer.write(text)).toBe(true);
    await writer.close();
    expect(await textsOf(writer.file)).toEqual(texts);
    expect([writer.written, writer.refused, errors]).toEqual([5000, 0, []]);
  });

  test('makes the folder and appends to what is there', async () => {
    for (const text of ['1', '2']) {
      const writer = writerOf(`deep/er/${name}`);
      writer.write(text);
      await writer.close();
    }
    expect(await textsOf(join(folder, 'deep/er', name))).toEqual(['1', '2']);
  });

  test('a flush makes everything so far readable while the file stays open', async () => {
    const writer = writerOf(name);
    writer.write('1');
    await writer.flush();
    writer.write('2');
    writer.write('3');
    await writer.flush();
    const read: string[] = [];
    try {
      for await (const { text } of readJsonLines(writer.file)) read.push(text);
    } catch {
      // A compressed file that is still open has no end yet.
    }
    expect(read).toEqual(['1', '2', '3']);
    await writer.close();
  });

  test('writes and flushes at the same time keep their order', async () => {
    const writer = writerOf(name);
    const flushes: Promise<void>[] = [];
    for (let index = 0; index < 200; index += 1) {
      writer.write(String(index));
      if (index % 7 === 0) flushes.push(writer.flush());
      if (index % 13 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(flushes);
    await writer.close();
    expect(await textsOf(writer.file)).toEqual(Array.from({ length: 200 }, (_, index) => String(index)));
  });

  test('refuses when the buffer is full and takes again after a drain', async () => {
    const writer = writerOf(name, 10);
    expect([writer.write('12345'), writer.write('12345'), writer.write('x')]).toEqual([true, true, false]);
    await writer.drain();
    expect(writer.write('y')).toBe(true);
    await writer.close();
    expect(await textsOf(writer.file)).toEqual(['12345', '12345', 'y']);
    expect(writer.refused).toBe(1);
  });

  test('closes once, also when nothing was written, and takes nothing afterwards', async () => {
    const writer = writerOf(name);
    await Promise.all([writer.close(), writer.close(), writer.flush(), writer.drain()]);
    expect(writer.write('1')).toBe(false);
    expect(writer.refused).toBe(1);
  });

  test('reports a file that cannot be opened once, and nobody hangs', async () => {
    writeFileSync(join(folder, 'file'), '');
    const writer = writerOf(`file/${name}`, 4);
    expect(writer.write('12345')).toBe(true);
    await writer.drain();
    expect(writer.write('2')).toBe(false);
    await writer.flush();
    await writer.close();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: 'JSONL_UNWRITABLE', facts: { file: writer.file } });
    expect([writer.written, writer.refused]).toEqual([0, 2]);
  });
});

test('a full disk is reported once and loses only what was not written', async () => {
  const writer = new JsonLinesWriter({ file: '/dev/full', onError: (error) => errors.push(error) });
  writer.write('1');
  await writer.flush();
  expect(writer.write('2')).toBe(false);
  await writer.close();
  expect(errors.map((error) => error.code)).toEqual(['JSONL_UNWRITABLE']);
  expect(errors[0]!.message).toContain('ENOSPC');
  expect([writer.written, writer.refused]).toEqual([0, 2]);
});

test('a torn line of an earlier run does not swallow the first new one', async () => {
  writeFileSync(join(folder, 'a.jsonl'), '{"whole":1}\n{"tor');
  const writer = writerOf('a.jsonl');
  writer.write('{"new":1}');
  await writer.close();
  expect(readFileSync(writer.file, 'utf8')).toBe('{"whole":1}\n{"tor\n{"new":1}\n');
});

test('a compressed file is real gzip', async () => {
  const writer = writerOf('a.jsonl.gz');
  writer.write('1');
  await writer.close();
  expect(gunzipSync(readFileSync(writer.file)).toString()).toBe('1\n');
});
