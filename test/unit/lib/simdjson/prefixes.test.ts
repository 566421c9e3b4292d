import { describe, expect, test } from 'vitest';
import { Decoder } from '../../../../lib/simdjson/decoder.ts';
import { Status } from '../../../../lib/simdjson/status.ts';
import { frameKinds, makeFrames } from '../../../../bench/decode/frames.ts';
import { zooKinds } from '../../../../bench/fuzz/zoo.ts';

const SUFFIXES = [',', '}', ']', '"', '0', 'x', '{', '[', '\0', '\ufeff'];
const kinds = [...frameKinds, ...zooKinds].filter(({ name }) => !/\d{3,}$/.test(name));

/** Longer frames were decoded just before, so that their bytes lie behind the shorter ones. */
describe.each(kinds)('$name', (kind) => {
  const decoder = new Decoder();
  const root = decoder.root(kind.name, kind.rules);
  const frames = makeFrames(kind, 3);

  test('whole frames are taken by the kernel, with space around them', () => {
    for (const frame of frames) {
      expect(decoder.decodeKernel(frame, root)).toBe(Status.Ok);
      expect(decoder.decodeKernel(Buffer.concat([Buffer.from(' \n'), frame, Buffer.from('\r\n\t ')]), root)).toBe(Status.Ok);
    }
  });

  test('no proper prefix is taken', () => {
    for (const frame of frames) {
      for (let length = 0; length < frame.length; length += 1) {
        decoder.decodeKernel(frame, root);
        if (decoder.decodeKernel(frame.subarray(0, length), root) !== Status.Fallback) throw new Error(`taken: ${frame.toString('utf8', 0, length)}`);
      }
      for (let length = 0; length < frame.length; length += 7) expect(decoder.decode(frame.subarray(0, length), root)).toBe(Status.Bad);
    }
  });

  test('nothing may stand behind the end', () => {
    for (const frame of frames) {
      for (const suffix of SUFFIXES) {
        decoder.decodeKernel(Buffer.concat([frame, frame]), root);
        expect(decoder.decode(Buffer.concat([frame, Buffer.from(suffix)]), root)).toBe(Status.Bad);
      }
    }
  });
});
