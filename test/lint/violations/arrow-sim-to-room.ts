// place: internal/sim
// expect: the simulator speaks the venues' dialects
// needs: internal/bus/mailbox.ts
import { it } from '../bus/mailbox.ts';
export const seen: unknown = it;
