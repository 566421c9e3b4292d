// place: lib/ws
// expect: WebSockets open only through lib/ws
import { client } from 'websocket';
export const socket: unknown = client;
