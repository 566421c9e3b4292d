// place: internal/providers/session
// expect: serves every venue and knows none
// needs: internal/providers/binance/decode.ts
import { it } from '../binance/decode.ts';
export const seen: unknown = it;
