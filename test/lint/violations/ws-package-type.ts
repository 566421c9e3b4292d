// place: internal/dispatcher
// expect: 'ws' enters only through lib/ws
import type { WebSocket } from 'ws';
export type Socket = WebSocket;
