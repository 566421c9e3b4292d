// place: internal/dispatcher
// expect: 'ws' enters only through lib/ws
import Receiver from 'ws/lib/receiver.js';
export const receiver: unknown = Receiver;
