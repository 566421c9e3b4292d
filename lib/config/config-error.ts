import { AppError } from '../errors/app-error.ts';
import type { ErrorSpec } from '../errors/app-error.ts';

export const configErrors = {
  invalid: { code: 'CONFIG_INVALID', severity: 'halt', message: 'the configuration cannot be used' },
} as const satisfies Record<string, ErrorSpec>;

/** One thing that is wrong with a config, complete enough to be repaired without a second look. */
export interface ConfigProblem {
  /** `providers[0].speed`; '' for the whole. */
  readonly path: string;
  /** `app.yaml:3:5`, `env MELTICA__LOG__LEVEL`, `--set log.level`, `default`, or '' when it is nowhere. */
  readonly from: string;
  readonly expected: string;
  readonly found: string;
  /** `did you mean "level"?`, or ''. */
  readonly hint: string;
}

/** Everything that is wrong with a config, at once. */
export class ConfigError extends AppError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(configErrors.invalid, { problems: problems.length });
    this.problems = problems;
  }

  /** For a terminal: one block of lines per problem. */
  render(): string {
    const count = this.problems.length;
    return [`${count} ${count === 1 ? 'problem' : 'problems'} in the configuration:`, ...this.problems.map(renderProblem)].join('\n');
  }
}

function renderProblem(problem: ConfigProblem): string {
  const { path, from, expected, found, hint } = problem;
  const place = path === '' ? from : from === '' ? path : `${path}  (${from})`;
  const lines = [`  ${place}`, `    expected ${expected}`, `    found    ${found}`];
  return (hint === '' ? lines : [...lines, `    ${hint}`]).join('\n');
}
