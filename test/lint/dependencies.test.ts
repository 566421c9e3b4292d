/** CONTRIBUTING.md gives the reason for every package of package.json, and for no other. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

/** The first group of every match, sorted. */
const named = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '').sort();

test('every dependency has its reason written down', () => {
  const installed = named(read('package.json'), /^ {4}"([^"]+)": "\d+\.\d+\.\d+"/gm);
  const section = read('CONTRIBUTING.md').split('## Dependencies')[1] ?? '';
  const explained = named(section, /^\| `([^`]+)` \|/gm);
  expect(explained).toEqual(installed);
});
