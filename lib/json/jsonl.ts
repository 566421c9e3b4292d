import { open } from 'node:fs/promises';
import { AppError, messageOf } from '../errors/app-error.ts';
import { jsonErrors } from './json-errors.ts';
import { ZlibSteps } from './zlib-steps.ts';

/** One line of a JSON-lines file: its number (from 1) and its text without the line end. */
export interface JsonLine {
  readonly line: number;
  readonly text: string;
}

export interface JsonLinesOptions {
  /** Bytes of one line, before decoding. Default 32 MiB. */
  readonly lineBytesMax?: number;
}

/**
 * Reads the lines of a `.jsonl` or `.jsonl.gz` file one by one, in bounded memory; empty lines are skipped but counted.
 *
 * A compressed file that ends in the middle (the writer crashed) gives every complete line first and only then
 * JSONL_TRUNCATED, with the line and the byte offset (in the uncompressed text) where the file stops making sense.
 * Of a damaged one (JSONL_CORRUPT) the lines in the last 16 KB before the damage are lost with it.
 * In a plain file a last line without a line end is a line: nothing tells it from a complete one.
 */
export async function* readJsonLines(file: string, options: JsonLinesOptions = {}): AsyncGenerator<JsonLine, void, undefined> {
  const splitter = new LineSplitter(file, options.lineBytesMax ?? LINE_BYTES_MAX);
  for await (const chunk of chunksOf(file, splitter)) yield* splitter.push(chunk);
  yield* splitter.end();
}

const LINE_BYTES_MAX = 32 * 1024 * 1024;
/** A compressed chunk can become a thousand times larger: 16 KB keep that at 16 MB. */
const CHUNK_BYTES = 16 * 1024;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BYTE_ORDER_MARK = '\ufeff';

async function* chunksOf(file: string, place: LineSplitter): AsyncGenerator<Buffer, void, undefined> {
  const handle = await open(file, 'r').catch((thrown: unknown) => {
    throw new AppError(jsonErrors.unreadable, { file, reason: messageOf(thrown) }, thrown);
  });
  const unzipper = file.endsWith('.gz') ? ZlibSteps.decompressor() : null;
  try {
    for (;;) {
      // A new buffer each time: lines that span chunks keep their part until they are complete.
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      if (unzipper === null) yield chunk;
      else yield* await unzipper.push(chunk);
    }
    if (unzipper !== null) yield* await unzipper.end();
  } catch (thrown) {
    throw readError(thrown, file, place);
  } finally {
    unzipper?.close();
    await handle.close();
  }
}

function readError(thrown: unknown, file: string, place: LineSplitter): unknown {
  if (thrown instanceof AppError) return thrown;
  const { line, byteOffset } = place;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (code === 'Z_BUF_ERROR') return new AppError(jsonErrors.truncated, { file, line, byteOffset }, thrown);
  const spec = code.startsWith('Z_') ? jsonErrors.corrupt : jsonErrors.unreadable;
  return new AppError(spec, { file, line, byteOffset, reason: messageOf(thrown) }, thrown);
}

/** Cuts bytes into lines. UTF-8 has no line feed inside a character, so bytes may be cut anywhere. */
class LineSplitter {
  /** The number of the line that is being read. */
  line = 1;
  /** Where that line begins in the uncompressed text. */
  byteOffset = 0;
  readonly #file: string;
  readonly #lineBytesMax: number;
  #parts: Buffer[] = [];
  #partBytes = 0;

  constructor(file: string, lineBytesMax: number) {
    this.#file = file;
    this.#lineBytesMax = lineBytesMax;
  }

  *push(chunk: Buffer): Generator<JsonLine, void, undefined> {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      const line = this.#take(chunk.subarray(start, end), 1);
      start = end + 1;
      if (line.text !== '') yield line;
    }
    this.#keep(chunk.subarray(start));
  }

  *end(): Generator<JsonLine, void, undefined> {
    const line = this.#take(Buffer.alloc(0), 0);
    if (line.text !== '') yield line;
  }

  #keep(part: Buffer): void {
    this.#partBytes += part.length;
    if (this.#partBytes > this.#lineBytesMax) {
      const { line, byteOffset } = this;
      throw new AppError(jsonErrors.lineTooLong, { file: this.#file, line, byteOffset, lineBytesMax: this.#lineBytesMax });
    }
    if (part.length > 0) this.#parts.push(part);
  }

  #take(last: Buffer, endBytes: number): JsonLine {
    this.#keep(last);
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    const length = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
    const decoded = bytes.toString('utf8', 0, length);
    const line = { line: this.line, text: this.line === 1 && decoded.startsWith(BYTE_ORDER_MARK) ? decoded.slice(1) : decoded };
    this.line += 1;
    this.byteOffset += bytes.length + endBytes;
    this.#parts = [];
    this.#partBytes = 0;
    return line;
  }
}
