import type { RuleProblem } from '../../lib/config/load-config.ts';
import type { Config } from '../../schemas/config/config.ts';

/** What no single field can say. Asked only when every field by itself is right. */
export const configRules: readonly ((config: Config) => readonly RuleProblem[])[] = [transports, knownProviders, heldBounds];

function transports(config: Config): RuleProblem[] {
  const problems: RuleProblem[] = [];
  for (const { id, transport } of config.providers) {
    const path = `providers[${id}].transport`;
    const { kind, file, speed, url, restUrl } = transport;
    if (kind === 'recording' && file === null) problems.push({ path: `${path}.file`, expected: 'the file to play, because kind is recording', found: 'nothing' });
    if (kind !== 'recording' && file !== null) problems.push({ path: `${path}.file`, expected: 'nothing, because only a recording has a file', found: `'${file}'` });
    if (!isSpeed(speed)) problems.push({ path: `${path}.speed`, expected: 'max, or a number above 0', found: describe(speed) });
    if ((url === null) !== (restUrl === null)) {
      problems.push({ path, expected: 'url and restUrl together, or neither', found: url === null ? 'only restUrl' : 'only url' });
    }
  }
  return problems;
}

function isSpeed(speed: unknown): boolean {
  return speed === 'max' || (typeof speed === 'number' && speed > 0 && Number.isFinite(speed));
}

function knownProviders(config: Config): RuleProblem[] {
  const ids = new Set(config.providers.map(({ id }) => id));
  const problems: RuleProblem[] = [];
  for (const consumer of config.consumers) {
    for (const [index, { providers }] of consumer.subscriptions.entries()) {
      for (const provider of providers) {
        if (provider === '*' || ids.has(provider)) continue;
        problems.push({
          path: `consumers[${consumer.id}].subscriptions.${index}.providers`,
          expected: `one of ${[...ids].join(', ') || '(no provider is configured)'}`,
          found: `'${provider}'`,
        });
      }
    }
  }
  return problems;
}

function heldBounds({ dispatcher }: Config): RuleProblem[] {
  if (dispatcher.heldMax >= dispatcher.heldPerStreamMax) return [];
  return [{ path: 'dispatcher.heldMax', expected: `at least heldPerStreamMax, ${dispatcher.heldPerStreamMax}`, found: String(dispatcher.heldMax) }];
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
