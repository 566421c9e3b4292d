// place: schemas/events
// expect: schemas are nouns
// needs: internal/bus/mailbox.ts
import { it } from '../../internal/bus/mailbox.ts';
export const seen: unknown = it;
