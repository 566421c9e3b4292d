// place: internal/dispatcher
// expect: 'ws' enters only through lib/ws
import { WebSocket } from 'ws';
export const socket: unknown = WebSocket;
