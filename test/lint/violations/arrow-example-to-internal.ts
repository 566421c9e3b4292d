// place: examples/printer
// expect: an example knows only 'meltica/plugin'
// needs: internal/consumers/plugin.ts
import { it } from '../../internal/consumers/plugin.ts';
export const seen: unknown = it;
