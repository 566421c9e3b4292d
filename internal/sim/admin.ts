import type { HttpReply, HttpServer } from '../../lib/http/server.ts';
import { AppError } from '../../lib/errors/app-error.ts';
import { formatJson } from '../../lib/json/json.ts';
import type { SimulatedExchange } from './simulated-exchange.ts';

/**
 * The simulator's own REST calls, for demos and for tests in another process: the same as the methods of SimulatedExchange.
 * They are open to whoever reaches the port, which is loopback.
 */
export function serveAdmin(http: HttpServer, exchange: SimulatedExchange): void {
  http.route('POST', '/sim/disconnect', () => good({ disconnected: exchange.disconnectAll('/sim/disconnect') }));
  http.route('POST', '/sim/stop', () => {
    exchange.stopMarket();
    return good({ isMarketRunning: exchange.isMarketRunning });
  });
  http.route('POST', '/sim/start', () => {
    exchange.startMarket();
    return good({ isMarketRunning: exchange.isMarketRunning });
  });
  http.route('GET', '/sim/stats', () => {
    const { connectionCount, framesSent, isMarketRunning, symbols } = exchange;
    return good({ connectionCount, framesSent, isMarketRunning, symbols });
  });
  http.route('GET', '/sim/book', ({ query }) => {
    try {
      return good(exchange.book(query.get('symbol') ?? ''));
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      return reply(400, { code: thrown.code, message: thrown.message });
    }
  });
}

function good(value: object): HttpReply {
  return reply(200, value);
}

function reply(status: number, value: object): HttpReply {
  return { status, headers: { 'content-type': 'application/json' }, body: formatJson(value) };
}
