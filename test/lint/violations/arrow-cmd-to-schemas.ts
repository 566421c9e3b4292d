// place: cmd/monolith
// expect: an entry point starts the app
// needs: schemas/events/event.ts
import { it } from '../../schemas/events/event.ts';
export const seen: unknown = it;
