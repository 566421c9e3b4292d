// place: lib/ws
// expect: WebSockets open only through lib/ws
export const socket: unknown = new WebSocket('ws://127.0.0.1');
