import { runMonolith } from '../../internal/app/command.ts';

process.exitCode = await runMonolith(process.argv.slice(2));
