import type { Route } from './topics.ts';

/** What the address of a WebSocket asks for. */
export interface StreamAddress {
  readonly route: Route;
  readonly isCombined: boolean;
  readonly streamNames: readonly string[];
}

/**
 * Reads path and query of an upgrade; null for an address the venue does not serve.
 *
 *   /ws/btcusdt@trade      raw       /stream?streams=a/b      combined       /ws  /stream     to SUBSCRIBE on
 *
 * Futures have `/public` or `/market` before it; without, "they now deliver only /public data" (sheet B1).
 */
export function readAddress(url: string, hasRoutes: boolean): StreamAddress | null {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const match = /^(\/public|\/market)?\/(ws|stream)(?:\/(.*))?$/.exec(pathname);
  if (match === null) return null;
  const [, prefix, kind, rest = ''] = match;
  if (prefix !== undefined && !hasRoutes) return null;
  const isCombined = kind === 'stream';
  if (isCombined && rest !== '') return null;
  const text = isCombined ? (searchParams.get('streams') ?? '') : decoded(rest);
  const route = !hasRoutes ? 'any' : prefix === '/market' ? 'market' : 'public';
  return { route, isCombined, streamNames: text.split('/').filter((name) => name !== '') };
}

/** A path that is not well encoded names a stream nobody knows, which is no error. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
