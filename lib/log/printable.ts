/**
 * Text from outside, safe for a terminal: control characters (C0 with tab and line end, DEL, C1) become `\n`, `\t`, `\r` or `\u001b`,
 * so that a venue cannot clear a screen, colour a line or begin a new one.
 */
export function printable(text: string): string {
  return text.replace(CONTROLS, (character) => SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
