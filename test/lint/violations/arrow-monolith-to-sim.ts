// place: cmd/monolith
// expect: only cmd/sim starts the simulated venues
// needs: internal/sim/exchange.ts
import { it } from '../../internal/sim/exchange.ts';
export const seen: unknown = it;
