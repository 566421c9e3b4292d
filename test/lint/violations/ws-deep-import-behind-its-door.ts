// place: lib/ws
// expect: and never by a deep import
import Receiver from 'ws/lib/receiver.js';
export const receiver: unknown = Receiver;
