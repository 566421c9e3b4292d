import { parseArgs } from 'node:util';
import { messageOf } from '../../lib/errors/app-error.ts';
import { Fuzz } from './fuzz.ts';

/** `npm run fuzz -- --frames 1000000 --seed 7`: exit code 1 and the frame at the first disagreement. */
const HELP = `Usage: npm run fuzz -- [--frames N] [--seed S]

  Mutated frames of every schema: the decoder against JSON.parse and an oracle. Defaults: 100000 frames, seed 1.
`;
const PROGRESS = 50_000;

try {
  const { values } = parseArgs({ options: { frames: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' }, help: { type: 'boolean' } } });
  if (values.help === true) process.stdout.write(HELP);
  else run(wholeNumber('frames', values.frames), wholeNumber('seed', values.seed));
} catch (thrown) {
  process.stderr.write(`${messageOf(thrown)}\n${HELP}`);
  process.exitCode = 2;
}

function run(frames: number, seed: number): void {
  const fuzz = new Fuzz(seed);
  for (let i = 1; i <= frames; i += 1) {
    const disagreement = fuzz.step();
    if (disagreement !== null) {
      process.stdout.write(`frame ${i} of seed ${seed}, ${disagreement.kind}: ${disagreement.what}\n${disagreement.frame.toString()}\nbase64 ${disagreement.frame.toString('base64')}\n`);
      process.exitCode = 1;
      return;
    }
    if (i % PROGRESS === 0) process.stderr.write(`${i} frames\n`);
  }
  const { parsed, accepted, byKernel, refused } = fuzz.stats;
  process.stdout.write(`${frames} frames of seed ${seed}: ${parsed} were JSON, ${accepted} taken (${byKernel} by the kernel), ${refused} refused, 0 disagreements\n`);
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} must be a whole number, was '${text}'`);
  return number;
}
