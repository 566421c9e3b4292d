import { parseArgs } from 'node:util';
import { messageOf } from '../../lib/errors/app-error.ts';
import { parseDuration } from './duration.ts';

export const HELP = `Usage: node dist/cmd/monolith [options]

Takes market data from exchanges and hands ordered, exact, loss-accounted events to plugins.
Without a config it shows a simulated Binance with a live table of the best prices.

  --config FILE      config, YAML or JSON by extension; several are merged, later ones win
  --set PATH=VALUE   overrides one value: --set log.level=debug
                     --set 'providers[binance-spot].symbols=[BTC-USDT]'
  --for DURATION     stop in order after 500ms, 60s, 5m, 2h
  --report FILE|-    write the run report (JSON) when it ends; - is stdout,
                     after what consumers print there
  --audit-books      put a digest of everything each book has shown into the report
  --check            load config and plugins, say what is wrong, start nothing
  --print-config     print the complete config with its defaults, secrets masked
  --version          print the version
  --help             this text

Environment: MELTICA__LOG__LEVEL=debug is --set log.level=debug (two underscores between keys); --set wins over it.
A config whose providers are all recordings ends by itself when the files do.

exit: 0 clean · 1 failed while running · 2 bad usage or config · 3 drain timed out with objects outstanding
      130 second interrupt

Config keys: docs/config.md · plugins: docs/plugins.md · the report: docs/report.md
`;

export interface Arguments {
  readonly configs: readonly string[];
  readonly sets: readonly string[];
  /** 0: until it is told to stop. */
  readonly forMs: number;
  /** '': no report; '-': stdout. */
  readonly report: string;
  readonly auditsBooks: boolean;
  readonly action: 'run' | 'check' | 'print-config' | 'version' | 'help';
}

/** The parsed command line, or what is wrong with it in one sentence. */
export function parseArguments(argv: readonly string[]): Arguments | { readonly problem: string } {
  try {
    const { values } = parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        config: { type: 'string', multiple: true, default: [] },
        set: { type: 'string', multiple: true, default: [] },
        for: { type: 'string', default: '' },
        report: { type: 'string', default: '' },
        'audit-books': { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        'print-config': { type: 'boolean', default: false },
        version: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const forMs = values.for === '' ? 0 : parseDuration(values.for);
    if (forMs === null) return { problem: `--for: expected a duration such as 500ms, 60s, 5m or 2h, up to 24 days, found '${values.for}'` };
    const action = values.help ? 'help' : values.version ? 'version' : values['print-config'] ? 'print-config' : values.check ? 'check' : 'run';
    return { configs: values.config, sets: values.set, forMs, report: values.report, auditsBooks: values['audit-books'], action };
  } catch (thrown) {
    return { problem: messageOf(thrown).split('. ')[0]! };
  }
}
