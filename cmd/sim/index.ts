import { messageOf } from '../../lib/errors/app-error.ts';
import { readCommand } from '../../internal/sim/cli.ts';
import { startSimulatedExchange, type SimulatedExchangeOptions } from '../../internal/sim/exchange.ts';

/** A simulated exchange as a process of its own: `node dist/cmd/sim --help`. */
const command = readCommand(process.argv.slice(2));
if (command.kind === 'run') {
  await run(command.options);
} else {
  (command.exitCode === 0 ? process.stdout : process.stderr).write(command.text);
  process.exitCode = command.exitCode;
}

async function run(options: SimulatedExchangeOptions): Promise<void> {
  try {
    const exchange = await startSimulatedExchange(options);
    const stop = (): void => void exchange.stop();
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    process.stdout.write(`simulated ${options.venue} ${options.market}: ${exchange.wsUrl} ${exchange.restUrl} (seed ${options.seed})\n`);
  } catch (thrown) {
    process.stderr.write(`sim: ${messageOf(thrown)}\n`);
    process.exitCode = 1;
  }
}
