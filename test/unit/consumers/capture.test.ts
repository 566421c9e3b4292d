import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseJson } from '../../../lib/json/json.ts';
import { readJsonLines } from '../../../lib/json/jsonl.ts';
import { CaptureFile } from '../../../internal/consumers/builtin/capture-file.ts';
import { capture } from '../../../internal/consumers/builtin/capture.ts';
import { frameRecord } from '../../../internal/consumers/builtin/capture-records.ts';
import { checkPluginConfig } from '../../../internal/consumers/load-consumers.ts';
import type { Plugin } from '../../../internal/consumers/plugin.ts';
import type { Runner } from '../../../internal/consumers/runner.ts';
import type { RawFrameTap } from '../../../internal/ports/raw-frames.ts';
import { Stage, turns } from './support/fakes.ts';

const AT_US = 1_617_647_603_424_944;
const URL = 'wss://stream.binance.com:9443/stream?streams=btcusdt@depth';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-capture-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function textsOf(file: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of readJsonLines(join(folder, file))) texts.push(text);
  return texts;
}

async function begin(stage: Stage, config: object): Promise<{ readonly tap: RawFrameTap; readonly runner: Runner }> {
  const plugin = capture() as Plugin;
  const { runner } = stage.add('cap', plugin, checkPluginConfig(plugin, config));
  await stage.host.start(1000);
  return { tap: stage.rawFrames.tap!, runner };
}

function frame(tap: RawFrameTap, text: string, provider = 'binance-spot', connection = 0): void {
  tap.onFrame(provider, connection, AT_US, Buffer.from(text), false);
}

describe('capture', () => {
  test('writes the recording format: every digit of the time, every byte of the text', async () => {
    const stage = new Stage();
    const { tap } = await begin(stage, { file: join(folder, 'rec.jsonl') });
    const text = '{"p":"0.00000010", "odd":"\\u20ac € \\n","big":18446744073709551615}';
    tap.onOpen('binance-spot', 0, URL, AT_US);
    frame(tap, text);
    tap.onRest('binance-spot', 'https://api.binance.com/api/v3/depth', Buffer.from('{"lastUpdateId":1}'), AT_US + 1);
    await stage.host.stop(1000);
    const texts = await textsOf('rec.jsonl');
    expect(texts[0]).toBe(`{"t":1617647603424944000,"kind":"ws_open","conn":0,"url":"${URL}","data":""}`);
    expect(texts[1]).toContain('{"t":1617647603424944000,"kind":"ws","conn":0,"data":"');
    expect(parseJson(texts[1]!)).toMatchObject({ data: text });
    expect(texts[2]).toBe('{"t":1617647603424945000,"kind":"rest","url":"https://api.binance.com/api/v3/depth","data":"{\\"lastUpdateId\\":1}"}');
    expect(stage.rawFrames.tap).toBeNull();
    expect(stage.logger.lines.at(-1)).toMatchObject({ message: 'capture closed its file', facts: { records: 3, lost: 0 } });
  });

  test('a text in a binary frame, a compressed frame and a frame of bytes stay what they were', () => {
    const read = (data: Buffer): unknown => parseJson(frameRecord(2, AT_US, data, true));
    const json = '{"ch":"market.btcusdt","price":"1.5"}';
    const zipped = gzipSync(json);
    const deflated = deflateRawSync(json);
    expect(read(Buffer.from(json))).toMatchObject({ enc: 'utf8-binary', data: json, conn: 2 });
    expect(read(zipped)).toMatchObject({ enc: 'gzip', data: json, b64: zipped.toString('base64') });
    expect(read(deflated)).toMatchObject({ enc: 'deflate-raw', data: json, b64: deflated.toString('base64') });
    expect(read(Buffer.from([0xff, 0xfe, 0x00]))).toMatchObject({ enc: 'binary', data: '', b64: '//4A' });
  });

  test('a text frame that is no UTF-8 keeps its bytes', () => {
    expect(parseJson(frameRecord(2, AT_US, Buffer.from([0x7b, 0xc3, 0x28, 0x7d]), false))).toMatchObject({ enc: 'binary', b64: 'e8MofQ==' });
  });

  test('{provider} gives every provider a file of its own', async () => {
    const stage = new Stage();
    const { tap } = await begin(stage, { file: join(folder, '{provider}/today.jsonl.gz') });
    frame(tap, 'a', 'binance-spot');
    frame(tap, 'b', 'kraken-spot');
    await stage.host.stop(1000);
    expect(await textsOf('binance-spot/today.jsonl.gz')).toHaveLength(1);
    expect(await textsOf('kraken-spot/today.jsonl.gz')).toHaveLength(1);
  });

  test('without {provider} the second provider gets a file beside the first: one recording holds one provider', async () => {
    const stage = new Stage();
    const { tap } = await begin(stage, { file: join(folder, 'today.jsonl.gz') });
    frame(tap, 'a', 'binance-spot');
    frame(tap, 'b', 'kraken-spot');
    await stage.host.stop(1000);
    expect(readdirSync(folder).sort()).toEqual(['today.jsonl.gz', 'today.kraken-spot.jsonl.gz']);
  });

  test('only the providers it was asked for', async () => {
    const stage = new Stage();
    const { tap } = await begin(stage, { file: join(folder, '{provider}.jsonl'), providers: ['kraken-spot'] });
    frame(tap, 'a', 'binance-spot');
    frame(tap, 'b', 'kraken-spot');
    await stage.host.stop(1000);
    expect(readdirSync(folder)).toEqual(['kraken-spot.jsonl']);
  });

  test('a recording that exists is left alone', async () => {
    writeFileSync(join(folder, 'rec.jsonl'), 'precious\n');
    const stage = new Stage();
    const { tap } = await begin(stage, { file: join(folder, 'rec.jsonl') });
    frame(tap, 'a');
    await stage.host.stop(1000);
    expect(await textsOf('rec.jsonl')).toEqual(['precious']);
    expect(await textsOf('rec.2.jsonl')).toHaveLength(1);
  });

  test('rotates by size, and every file begins with the connections that are open', async () => {
    const stage = new Stage();
    const { tap } = await begin(stage, { file: join(folder, 'rec.jsonl'), rotateMb: 1 });
    tap.onOpen('binance-spot', 0, URL, AT_US);
    tap.onOpen('binance-spot', 1, URL, AT_US);
    const text = 'x'.repeat(300_000);
    for (let index = 0; index < 10; index += 1) frame(tap, text, 'binance-spot', index % 2);
    await stage.host.stop(1000);
    const files = ['rec.jsonl', 'rec.2.jsonl', 'rec.3.jsonl'];
    expect(readdirSync(folder).sort()).toEqual([...files].sort());
    const records = await Promise.all(files.map(async (file) => (await textsOf(file)).map((line) => parseJson(line) as { kind: string; note?: string })));
    expect(records.map((list) => list.filter(({ kind }) => kind === 'ws_open').length)).toEqual([2, 2, 2]);
    expect(records.flat().filter(({ kind }) => kind === 'ws')).toHaveLength(10);
    expect(records[1]![0]).toMatchObject({ kind: 'ws_open', note: 'opened before this file began' });
  });

  test('of a file that is full and closed only the sums are kept', async () => {
    const file = new CaptureFile({ file: join(folder, 'rec.jsonl'), rotateBytes: 1, onOpen: () => undefined, onError: () => undefined });
    for (let index = 0; index < 20; index += 1) {
      file.write('{}', null);
      await turns(1);
    }
    await expect.poll(() => file.open).toBe(1);
    expect(file.written).toBe(20);
    for (let index = 0; index < 5; index += 1) file.write('{}', null);
    await file.close();
    expect([file.open, file.written, file.lost, readdirSync(folder).length]).toEqual([1, 25, 0, 25]);
  });

  test('what the disk cannot take in time is counted, logged and told at the end; memory stays bounded', async () => {
    const stage = new Stage();
    const { tap } = await begin(stage, { file: join(folder, 'rec.jsonl') });
    const text = 'x'.repeat(4_000_000);
    // All in one turn: the disk cannot have begun.
    for (let index = 0; index < 8; index += 1) frame(tap, text);
    await stage.host.stop(10_000);
    const last = stage.logger.lines.at(-1)!;
    const { records, lost } = last.facts as { records: number; lost: number };
    expect([records, lost]).toEqual([5, 3]);
    expect(stage.logger.messages.filter((message) => message === 'capture lost records')).toHaveLength(1);
    expect(await textsOf('rec.jsonl')).toHaveLength(5);
    expect(await stage.metrics.metricsText()).toContain('meltica_plugin_capture_lost_total{consumer="cap"} 3');
  });

  test.skipIf(!existsSync('/dev/full'))('a file that cannot be written suspends the capture and leaves the feed', async () => {
    const stage = new Stage();
    writeFileSync(join(folder, 'in-the-way'), '');
    const { tap, runner } = await begin(stage, { file: join(folder, 'in-the-way/rec.jsonl') });
    frame(tap, 'a');
    await expect.poll(() => runner.state).toBe('suspended');
    expect(runner.reason).toContain('in-the-way');
    expect(stage.rawFrames.tap).toBeNull();
    frame(tap, 'a frame on its way is no trouble');
    await turns();
    await stage.host.stop(1000);
  });
});
