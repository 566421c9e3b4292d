import { isUtf8 } from 'node:buffer';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { formatJson } from '../../../lib/json/json.ts';

/**
 * The lines of a recording, as docs and replay know them:
 *
 *   {"t":1617647602623478000,"kind":"ws_open","conn":0,"url":"wss://…","data":""}
 *   {"t":1617647603424944000,"kind":"ws","conn":0,"data":"{\"stream\":…"}
 *   {"t":1617647603500000000,"kind":"rest","url":"https://…","data":"{…"}
 *
 * `t` is in nanoseconds and beyond 2^53, so it is written as digits and never passes through a double.
 */
export function openRecord(connection: number, url: string, atUs: number, note = ''): string {
  const noteField = note === '' ? '' : `,"note":${formatJson(note)}`;
  return `{"t":${nanoseconds(atUs)},"kind":"ws_open","conn":${connection},"url":${formatJson(url)},"data":""${noteField}}`;
}

export function frameRecord(connection: number, receivedTimeUs: number, data: Buffer, isBinary: boolean): string {
  // Also a text frame need not be UTF-8: nobody has looked at it before.
  const content = isBinary || !isUtf8(data) ? binaryContent(data) : `"data":${formatJson(data.toString('utf8'))}`;
  return `{"t":${nanoseconds(receivedTimeUs)},"kind":"ws","conn":${connection},${content}}`;
}

export function restRecord(url: string, body: Buffer, atUs: number): string {
  return `{"t":${nanoseconds(atUs)},"kind":"rest","url":${formatJson(url)},"data":${formatJson(body.toString('utf8'))}}`;
}

function nanoseconds(us: number): string {
  return (BigInt(Math.round(us)) * 1000n).toString();
}

/** `enc` says how `data` became what it is, and `b64` is the frame as sent wherever it was not plain text. */
function binaryContent(data: Buffer): string {
  if (isUtf8(data)) return `"enc":"utf8-binary","data":${formatJson(data.toString('utf8'))}`;
  const { enc, text } = inflate(data);
  return `"enc":"${enc}","b64":"${data.toString('base64')}","data":${formatJson(text)}`;
}

function inflate(data: Buffer): { enc: string; text: string } {
  try {
    if (data[0] === GZIP_FIRST && data[1] === GZIP_SECOND) return { enc: 'gzip', text: gunzipSync(data, limits).toString('utf8') };
    const inflated = inflateRawSync(data, limits);
    if (isUtf8(inflated)) return { enc: 'deflate-raw', text: inflated.toString('utf8') };
  } catch {
    // Then it is neither.
  }
  return { enc: 'binary', text: '' };
}

const GZIP_FIRST = 0x1f;
const GZIP_SECOND = 0x8b;
const limits = { maxOutputLength: 64 * 1024 * 1024 };
