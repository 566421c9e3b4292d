import { runMonolith } from '../../internal/app/command.ts';

// Not by exitCode: a timer that a plugin forgot must not keep a stopped server alive.
process.exit(await runMonolith(process.argv.slice(2)));
