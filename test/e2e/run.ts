import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { formatJson } from '../../lib/json/json.ts';

/** The checkout. */
export const ROOT = resolve(import.meta.dirname, '../..');
/** Public recordings with ground truth: beside the checkout, or where MELTICA_SHARED points; not part of the project. */
export const SHARED = process.env['MELTICA_SHARED'] ?? resolve(ROOT, '../shared');
export const hasShared = existsSync(join(SHARED, 'data/truth'));

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** For Node itself, before the script. */
  readonly nodeFlags?: readonly string[];
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A started server, as its user sees it. */
export class Server {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], options: RunOptions = {}) {
    this.child = spawn(process.execPath, [...(options.nodeFlags ?? []), join(ROOT, 'dist/cmd/monolith'), ...args], {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout!.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr!.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = new Promise((settle) => {
      this.child.once('close', (code) => settle({ code, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  /** Resolves when stderr has said `text`; rejects with all it said when it ends without. */
  said(text: string): Promise<void> {
    return this.#until(text, () => this.stderr);
  }

  /** The same for stdout. */
  printed(text: string): Promise<void> {
    return this.#until(text, () => this.stdout);
  }

  async #until(text: string, output: () => string): Promise<void> {
    let hasEnded = false;
    void this.ended.then(() => (hasEnded = true));
    while (!output().includes(text)) {
      if (hasEnded) throw new Error(`the server ended without saying "${text}":\n${this.stderr}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}

export function run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return new Server(args, options).ended;
}

/** V8 on x64 without SSE4.1, and so without 128-bit vectors in WebAssembly. */
export const NO_VECTORS = '--no-enable-sse4-1';

/** Whether the built decoder finds no vectors with that flag; on other processors the flag says nothing. */
export function canHideVectors(): boolean {
  const script = `import { Decoder } from ${formatJson(join(ROOT, 'dist/lib/simdjson/decoder.js'))}; process.exit(new Decoder().hasKernel ? 1 : 0)`;
  return spawnSync(process.execPath, [NO_VECTORS, '--input-type=module', '-e', script]).status === 0;
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'meltica-'));
}

/** Writes a file into a folder and returns its path. */
export function write(folder: string, name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** A config file with one provider that plays a recording. */
export function recordingConfig(folder: string, file: string, facts: { readonly market?: string; readonly symbols?: readonly string[] } = {}): string {
  write(folder, 'counting.mjs', 'export default { onEvent() {} };');
  return write(
    folder,
    'config.json',
    formatJson({
      providers: [
        { id: 'recorded', venue: 'binance', market: facts.market ?? 'spot', symbols: facts.symbols ?? ['*'], transport: { kind: 'recording', file, speed: 'max' } },
      ],
      consumers: [{ id: 'counting', module: './counting.mjs' }],
      telemetry: { statusMs: 0 },
    }),
  );
}
