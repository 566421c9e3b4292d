// place: internal/providers/binance
// expect: never another venue
// needs: internal/providers/kraken/decode.ts
import { it } from '../kraken/decode.ts';
export const seen: unknown = it;
