// place: test/unit/lib/ws
// expect: 'ws' enters only through lib/ws
import { WebSocketServer } from 'ws';
export const server: unknown = WebSocketServer;
