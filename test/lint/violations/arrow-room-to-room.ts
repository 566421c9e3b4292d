// place: internal/dispatcher
// expect: rooms meet through internal/ports; internal/app joins them
// needs: internal/bus/mailbox.ts
import { it } from '../bus/mailbox.ts';
export const seen: unknown = it;
