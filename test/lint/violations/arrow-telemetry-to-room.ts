// place: internal/telemetry
// expect: rooms meet through internal/ports; internal/app joins them
// needs: internal/bus/mailbox.ts
export { it } from '../bus/mailbox.ts';
