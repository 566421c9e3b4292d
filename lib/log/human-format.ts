import { formatJson, tryParseJson } from '../json/json.ts';
import { printable } from './printable.ts';

/**
 * One log line for people, from one JSON line. Times are UTC; control characters are escaped.
 *
 *   12:00:01.123 info  binance-spot  book live  symbol=BTC-USDT
 */
export function formatHuman(jsonLine: string): string {
  const parsed = tryParseJson(jsonLine);
  if (!parsed.ok || !isRecord(parsed.value)) return `${printable(jsonLine.trimEnd())}\n`;
  const { level, time, module, message, ...facts } = parsed.value;
  const clockTime = String(time).slice('2026-01-01T'.length, -1);
  const head = `${clockTime} ${String(level).padEnd(LEVEL_WIDTH)} ${String(module)}  ${oneLine(String(message))}`;
  const parts = [head];
  let stack = '';
  for (const [name, fact] of Object.entries(facts)) {
    parts.push(`${name}=${shortText(fact)}`);
    if (isRecord(fact) && typeof fact['stack'] === 'string') stack += `\n${indent(fact['stack'])}`;
  }
  return `${printable(parts.join('  '))}${stack}\n`;
}

const LEVEL_WIDTH = 5;

function shortText(fact: unknown): string {
  if (typeof fact === 'string') return /^[^\s"=]+$/.test(fact) ? fact : formatJson(fact);
  if (!isRecord(fact) || typeof fact['stack'] !== 'string') return formatJson(fact);
  // An error: its stack follows on lines of its own and repeats the rest.
  return formatJson(fact['message'] ?? '');
}

/** A line end in a message would let outside text pose as a log line of its own. */
function oneLine(text: string): string {
  return text.replace(/\r?\n/g, ' ⏎ ');
}

function indent(text: string): string {
  return text.split('\n').map((line) => `    ${printable(line)}`).join('\n');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
