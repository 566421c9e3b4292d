// place: internal/sim
// expect: the simulator speaks the venues' dialects
// needs: internal/providers/binance/decode.ts
import { it } from '../providers/binance/decode.ts';
export const seen: unknown = it;
