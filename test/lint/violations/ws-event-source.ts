// place: internal/dispatcher
// expect: WebSockets open only through lib/ws
export const source: unknown = new EventSource('http://127.0.0.1');
