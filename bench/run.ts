import { parseArgs } from 'node:util';
import { messageOf } from '../lib/errors/app-error.ts';
import { allocationBench } from './allocation/allocation.ts';
import { decodeBench } from './decode/decode.ts';
import { printRows, type Bench } from './harness.ts';
import { microBench } from './micro/micro.ts';
import { pipelineBench } from './pipeline/pipeline.ts';

const benches: Readonly<Record<string, Bench>> = { allocation: allocationBench, decode: decodeBench, micro: microBench, pipeline: pipelineBench };

const HELP = `Usage: npm run bench -- NAME [--json] [--pocket]

  allocation heap bytes per event from frame to three subscribers, against JSON.parse and nothing pooled
  decode     frames to fields: lib/simdjson against JSON.parse, by kind of frame and by recorded connection
  micro      decimal text, pools and copies: the nanoseconds that decisions in docs/adr rest on
  pipeline   CPU per frame from socket to three subscribers, against a ws socket with an empty handler

  --json     one JSON object per line
  --pocket   a run of a second that only shows that the bench works
`;

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' }, pocket: { type: 'boolean' }, help: { type: 'boolean' } } });
  const chosen = positionals.map((name) => ({ name, bench: benches[name] }));
  const unknown = chosen.find(({ bench }) => bench === undefined);
  if (values.help === true || chosen.length === 0) {
    process.stdout.write(HELP);
  } else if (unknown !== undefined) {
    process.stderr.write(`there is no bench '${unknown.name}'; known: ${Object.keys(benches).join(', ')}\n`);
    process.exitCode = 2;
  } else {
    for (const { bench } of chosen) {
      const rows = await bench!({ isPocket: values.pocket === true, say: (text) => process.stderr.write(`${text}\n`) });
      printRows(rows, values.json === true);
    }
  }
} catch (thrown) {
  process.stderr.write(`${messageOf(thrown)}\n`);
  process.exitCode = 2;
}
