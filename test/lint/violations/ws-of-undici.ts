// place: lib/http
// expect: WebSockets open only through lib/ws
import { WebSocket } from 'undici';
export const socket: unknown = WebSocket;
