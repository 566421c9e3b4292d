// place: internal/dispatcher
// expect: this package is not on the allow-list
import WebSocket from '../../node_modules/ws/index.js';
export const socket: unknown = WebSocket;
