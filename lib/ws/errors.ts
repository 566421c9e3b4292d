import type { ErrorSpec } from '../errors/app-error.ts';

/** Everything a WebSocket, ours or a peer's, can go wrong with. */
export const wsErrors = {
  connectFailed: { code: 'WS_CONNECT_FAILED', severity: 'retry', message: 'the connection could not be made' },
  connectTimeout: { code: 'WS_CONNECT_TIMEOUT', severity: 'retry', message: 'the handshake did not finish in time' },
  upgradeRefused: { code: 'WS_UPGRADE_REFUSED', severity: 'retry', message: 'the server refused the upgrade' },
  protocol: { code: 'WS_PROTOCOL', severity: 'retry', message: 'the peer broke the WebSocket protocol' },
  silent: { code: 'WS_SILENT', severity: 'retry', message: 'nothing was heard from the peer' },
  listenerThrew: { code: 'WS_LISTENER_THREW', severity: 'degrade', message: 'a listener threw' },
  peerTooSlow: { code: 'WS_PEER_TOO_SLOW', severity: 'degrade', message: 'a peer reads too slowly and was closed' },
} as const satisfies Record<string, ErrorSpec>;
