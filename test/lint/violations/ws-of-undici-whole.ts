// place: lib/http
// expect: WebSockets open only through lib/ws
import * as undici from 'undici';
export const socket: unknown = undici;
