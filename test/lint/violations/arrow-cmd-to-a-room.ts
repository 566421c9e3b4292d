// place: cmd/monolith
// expect: an entry point starts the app
// needs: internal/bus/mailbox.ts
import { it } from '../../internal/bus/mailbox.ts';
export const seen: unknown = it;
