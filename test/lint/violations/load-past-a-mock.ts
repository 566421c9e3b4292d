// place: test/unit/bus
// expect: dynamic import only in the plugin loader, internal/consumers/loader.ts
import { vi } from 'vitest';
export const load = (): Promise<unknown> => vi.importActual('ws');
