import { AppError } from '../../../lib/errors/app-error.ts';
import { formatJson, parseJson } from '../../../lib/json/json.ts';

/** What a control message can do to the connection it came from. */
export interface ControlTarget {
  readonly streamNames: ReadonlySet<string>;
  isCombined: boolean;
  /** False, and nothing is subscribed, when it would be more streams than allowed. */
  subscribe(names: readonly string[]): boolean;
  unsubscribe(names: readonly string[]): void;
}

/**
 * Answers one message of a client on the stream host.
 *
 *   {"method":"SUBSCRIBE","params":["btcusdt@aggTrade"],"id":1}  ──▶  {"result":null,"id":1}
 *
 * Errors are the venue's own texts (sheet A3). Of them only "Unknown property" carries the id, as documented. The docs
 * name no error for a stream that does not exist: it is subscribed.
 */
export function answerControl(text: string, target: ControlTarget, hasNumericIdsOnly: boolean): string {
  let request: unknown;
  try {
    request = parseJson(text);
  } catch (thrown) {
    return invalidJson(thrown);
  }
  if (!isRecord(request)) return invalid(`invalid type, expected a request at line 1 column ${text.length}`);
  const { method, params = [], id = hasNumericIdsOnly ? undefined : null } = request;
  if (method === undefined) return invalid(`missing field \`method\` at line 1 column ${text.length}`);
  if (!isMethod(method)) {
    const known = methods.map((name) => `\`${name}\``).join(', ');
    return invalid(`unknown variant \`${String(method)}\`, expected one of ${known} at line 1 column ${columnBehind(text, method)}`);
  }
  if (!isRequestId(id, hasNumericIdsOnly)) return invalid('request ID must be an unsigned integer');
  if (!Array.isArray(params)) return invalid(`invalid type, expected a sequence at line 1 column ${text.length}`);
  return run(method, params, id, target);
}

const methods = ['SUBSCRIBE', 'UNSUBSCRIBE', 'LIST_SUBSCRIPTIONS', 'SET_PROPERTY', 'GET_PROPERTY'] as const;
type Method = (typeof methods)[number];

function run(method: Method, params: readonly unknown[], id: unknown, target: ControlTarget): string {
  if (method === 'LIST_SUBSCRIPTIONS') {
    return params.length > 0 ? tooMany() : result([...target.streamNames], id);
  }
  if (method === 'SET_PROPERTY' || method === 'GET_PROPERTY') return property(method, params, id, target);
  if (!params.every((name) => typeof name === 'string')) return invalid('invalid type, expected a string');
  if (method === 'UNSUBSCRIBE') target.unsubscribe(params);
  else if (!target.subscribe(params)) return tooMany();
  return result(null, id);
}

function property(method: Method, params: readonly unknown[], id: unknown, target: ControlTarget): string {
  const [name, value] = params;
  if (params.length > (method === 'SET_PROPERTY' ? 2 : 1)) return tooMany();
  if (typeof name !== 'string') return invalid('property name must be a string');
  if (name !== 'combined') return formatJson({ code: 0, msg: 'Unknown property', id });
  if (method === 'GET_PROPERTY') return result(target.isCombined, id);
  if (typeof value !== 'boolean') return formatJson({ code: 1, msg: 'Invalid value type: expected Boolean' });
  target.isCombined = value;
  return result(null, id);
}

function result(value: unknown, id: unknown): string {
  return formatJson({ result: value, id });
}

function tooMany(): string {
  return invalid('too many parameters');
}

function invalid(what: string): string {
  return formatJson({ code: 2, msg: `Invalid request: ${what}` });
}

function invalidJson(thrown: unknown): string {
  const { line = 1, column = 1 } = thrown instanceof AppError ? thrown.facts : {};
  return formatJson({ code: 3, msg: `Invalid JSON: expected value at line ${String(line)} column ${String(column)}` });
}

/** The column of the character behind the method's name, which is where the venue's parser notices. */
function columnBehind(text: string, method: unknown): number {
  const start = text.indexOf(`"${String(method)}"`);
  return start < 0 ? text.length : start + String(method).length + 2;
}

/** "int64, or alphanumeric string <= 36, or null"; on futures an unsigned int. */
function isRequestId(id: unknown, hasNumericIdsOnly: boolean): boolean {
  if (hasNumericIdsOnly) return Number.isSafeInteger(id) && (id as number) >= 0;
  if (typeof id === 'string') return /^[A-Za-z0-9_-]{1,36}$/.test(id);
  return id === null || Number.isSafeInteger(id);
}

function isMethod(value: unknown): value is Method {
  return methods.some((name) => name === value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
