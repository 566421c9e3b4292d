// place: lib/http
// expect: WebSockets open only through lib/ws
import { EventSource } from 'undici';
export const source: unknown = EventSource;
