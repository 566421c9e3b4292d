import { AppError, messageOf } from '../errors/app-error.ts';
import { findJsonFault } from './json-fault.ts';
import { jsonErrors } from './json-errors.ts';

/**
 * The door to JSON text for everything that is not a venue's frame: config, control input, files, golden data.
 *
 * `JSON.parse` alone accepts a nesting of 1,000,000 (later consumers overflow the stack from 10,000 on), turns
 * `__proto__` into an own key that a careless merge lets loose, and does not say where the text is wrong.
 */
export function parseJson(text: string, options: JsonOptions = {}): unknown {
  const { depthMax = DEPTH_MAX, safeKeys = false } = options;
  const tooDeepAt = positionBelow(text, depthMax);
  if (tooDeepAt >= 0) throw new AppError(jsonErrors.tooDeep, { depthMax, ...placeOf(text, tooDeepAt) });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid(text);
  }
  if (safeKeys) {
    const unsafePath = findUnsafeKey(value, '');
    if (unsafePath !== '') throw new AppError(jsonErrors.unsafeKey, { path: unsafePath });
  }
  return value;
}

export interface JsonOptions {
  /** How many brackets may be open at once. Default 64. */
  readonly depthMax?: number;
  /** Refuses the keys `__proto__`, `constructor` and `prototype` at any depth. Default false. */
  readonly safeKeys?: boolean;
}

export type JsonResult = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

/** The same as a value, for callers to whom bad text is an expected case. */
export function tryParseJson(text: string, options: JsonOptions = {}): JsonResult {
  try {
    return { ok: true, value: parseJson(text, options) };
  } catch (thrown) {
    return { ok: false, reason: messageOf(thrown) };
  }
}

/** `indent` is the number of spaces per level; without it the text is one line. */
export function formatJson(value: unknown, indent = 0): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value, null, indent);
  } catch (thrown) {
    throw new AppError(jsonErrors.unformattable, { reason: messageOf(thrown).split('\n')[0]! }, thrown);
  }
  if (text === undefined) throw new AppError(jsonErrors.unformattable, { reason: `a value of type ${typeof value}` });
  return text;
}

/** True for the three keys that can reach a prototype. */
export function isUnsafeKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype';
}

const DEPTH_MAX = 64;
const EXCERPT_LENGTH_MAX = 40;

function invalid(text: string): AppError {
  const fault = findJsonFault(text);
  return new AppError(jsonErrors.invalid, { ...placeOf(text, fault.position), expected: fault.expected, found: excerptAt(text, fault.position) });
}

function placeOf(text: string, position: number): { position: number; line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1)) {
    line += 1;
    lineStart = at + 1;
  }
  return { position, line, column: position - lineStart + 1 };
}

function excerptAt(text: string, position: number): string {
  if (position >= text.length) return 'the end of the text';
  const rest = text.slice(position, position + EXCERPT_LENGTH_MAX);
  const lineEnd = rest.search(/[\r\n]/);
  // A line end itself is what was found when it stands inside a string.
  return lineEnd === 0 ? 'the end of the line' : lineEnd > 0 ? rest.slice(0, lineEnd) : rest;
}

/** Where more than `depthMax` brackets are open, or -1. Strings are skipped; the rest need not be JSON. */
function positionBelow(text: string, depthMax: number): number {
  if (text.length <= depthMax) return -1;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      at = stringEnd(text, at);
    } else if (char === BRACE_OPEN || char === BRACKET_OPEN) {
      depth += 1;
      if (depth > depthMax) return at;
    } else if (char === BRACE_CLOSE || char === BRACKET_CLOSE) {
      depth -= 1;
    }
  }
  return -1;
}

/** The index of the quote that closes the string which opens at `start`; the text's length when none does. */
function stringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

/** The path of the first unsafe key, or ''. The depth is bounded by the guard above. */
function findUnsafeKey(value: unknown, path: string): string {
  if (typeof value !== 'object' || value === null) return '';
  for (const [key, inner] of Object.entries(value)) {
    const innerPath = Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    if (!Array.isArray(value) && isUnsafeKey(key)) return innerPath;
    const found = findUnsafeKey(inner, innerPath);
    if (found !== '') return found;
  }
  return '';
}

const QUOTE = 34;
const BACKSLASH = 92;
const BRACE_OPEN = 123;
const BRACE_CLOSE = 125;
const BRACKET_OPEN = 91;
const BRACKET_CLOSE = 93;
