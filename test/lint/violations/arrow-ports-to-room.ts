// place: internal/ports
// expect: ports are the doors: they know no room
// needs: internal/telemetry/points.ts
import type { It } from '../telemetry/points.ts';
export type Seen = It;
