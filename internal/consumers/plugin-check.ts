import { handlerTable } from './handlers.ts';
import { describeThrown } from './thrown.ts';

/** What is wrong with a loaded module as a plugin; null when it is one. The first thing only: the rest may follow from it. */
export function problemOfPlugin(module: Readonly<Record<string, unknown>>): PluginProblem | null {
  if (!('default' in module)) {
    const names = Object.keys(module);
    return { expected: 'a plugin as the default export', found: names.length === 0 ? 'a module without exports' : `no default export, only ${names.join(', ')}` };
  }
  const plugin = module['default'];
  if (typeof plugin === 'function') return { expected: 'a plugin object as the default export', found: `the function or class ${plugin.name || 'without a name'}` };
  if (typeof plugin !== 'object' || plugin === null) return { expected: 'a plugin object as the default export', found: nameOf(plugin) };
  try {
    return problemOfMembers(plugin as Readonly<Record<string, unknown>>);
  } catch (thrown) {
    return { expected: 'a plugin object', found: `one that throws when it is looked at: ${describeThrown(thrown)}` };
  }
}

export interface PluginProblem {
  readonly expected: string;
  readonly found: string;
}

const handlerNames: readonly string[] = handlerTable.map(({ name }) => name);
const methodNames: readonly string[] = [...handlerNames, 'start', 'stop'];

function problemOfMembers(plugin: Readonly<Record<string, unknown>>): PluginProblem | null {
  for (const name of methodNames) {
    if (plugin[name] !== undefined && typeof plugin[name] !== 'function') return { expected: `${name} to be a function`, found: nameOf(plugin[name]) };
  }
  const stranger = memberNames(plugin).find((name) => /^on[A-Z]/.test(name) && !handlerNames.includes(name));
  if (stranger !== undefined) return { expected: `handlers named ${handlerNames.join(', ')}`, found: stranger };
  if (!methodNames.some((name) => name !== 'stop' && plugin[name] !== undefined)) {
    return { expected: `at least one of ${handlerNames.join(', ')} or start`, found: `an object with ${memberNames(plugin).join(', ') || 'nothing'}` };
  }
  if (plugin['name'] !== undefined && typeof plugin['name'] !== 'string') return { expected: 'name to be a text', found: nameOf(plugin['name']) };
  const table = plugin['configSchema'];
  if (table !== undefined && (typeof table !== 'object' || table === null || Array.isArray(table))) {
    return { expected: 'configSchema to be a table of fields', found: nameOf(table) };
  }
  return null;
}

/** Own and inherited: a plugin may be an instance of a class. */
function memberNames(plugin: object): string[] {
  const names: string[] = [];
  for (let at: object | null = plugin; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    names.push(...Object.getOwnPropertyNames(at).filter((name) => name !== 'constructor'));
  }
  return names;
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return `the text '${value.slice(0, 40)}'`;
  if (typeof value === 'number' || typeof value === 'boolean') return `the ${typeof value} ${String(value)}`;
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}
