import { describe, expect, it } from 'vitest';
import { readCommand, usage } from '../../../internal/sim/cli.ts';

describe('the command line of the simulator', () => {
  it('has a default for everything', () => {
    expect(readCommand([])).toEqual({
      kind: 'run',
      options: { venue: 'binance', market: 'spot', port: 9001, seed: 1, eventsPerSecond: 200, symbols: [], cutEveryMs: 0 },
    });
  });

  it('reads every flag', () => {
    const args = '--venue binance --market usdm --port 0 --seed -7 --rate 5000 --symbols btcusdt,ETH-USDT --cut-every 2m'.split(' ');
    // A value that begins with a dash has to be tied to its flag.
    args.splice(args.indexOf('--seed'), 2, '--seed=-7');
    expect(readCommand(args)).toEqual({
      kind: 'run',
      options: { venue: 'binance', market: 'usdm', port: 0, seed: -7, eventsPerSecond: 5_000, symbols: ['BTCUSDT', 'ETH-USDT'], cutEveryMs: 120_000 },
    });
  });

  it.each([
    ['--venue kraken', "--venue must be one of binance, was 'kraken'"],
    ['--market coinm', "--market must be one of spot, us, usdm, was 'coinm'"],
    ['--port 70000', "--port must be a whole number from 0 to 65535, was '70000'"],
    ['--port 9001x', "--port must be a whole number from 0 to 65535, was '9001x'"],
    ['--seed 1.5', "--seed must be a whole number from -9007199254740991 to 9007199254740991, was '1.5'"],
    ['--rate 0', "--rate must be a whole number from 1 to 20000, was '0'"],
    ['--cut-every 30', "--cut-every must be a duration such as 500ms, 30s, 5m or 1h, was '30'"],
    ['--cut-every 0s', "--cut-every must be a duration such as 500ms, 30s, 5m or 1h, was '0s'"],
    ['--cut-every 900000h', "--cut-every must be a duration such as 500ms, 30s, 5m or 1h, was '900000h'"],
    ['--host 0.0.0.0', "Unknown option '--host'"],
    ['serve', "Unexpected argument 'serve'"],
    ['--port', "Option '--port <value>' argument missing"],
  ])('refuses %s with exit code 2', (line, sentence) => {
    expect(readCommand(line.split(' '))).toEqual({ kind: 'say', text: `sim: ${sentence}\nTry 'node dist/cmd/sim --help'.\n`, exitCode: 2 });
  });

  it('says its usage and its version with exit code 0', () => {
    expect(readCommand(['--help', '--port', 'x'])).toEqual({ kind: 'say', text: usage, exitCode: 0 });
    const command = readCommand(['--version']);
    expect(command).toMatchObject({ kind: 'say', exitCode: 0, text: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string });
  });

  it('names every flag in its usage', () => {
    for (const flag of ['venue', 'market', 'port', 'seed', 'rate', 'symbols', 'cut-every', 'help', 'version']) expect(usage).toContain(`--${flag} `);
  });
});
