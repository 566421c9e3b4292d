// place: internal/dispatcher
// expect: `import()` type annotations are forbidden
export type Socket = import('ws').WebSocket;
