import { HttpServer, type HttpReply } from '../../../../lib/http/server.ts';
import { systemClock } from '../../../../lib/clock/system-clock.ts';
import { parseJson } from '../../../../lib/json/json.ts';
import { WsServer, type WsPeer } from '../../../../lib/ws/server.ts';

/** A venue on loopback that says what the test says: one HTTP and one WebSocket server on one port. */
export class HandVenue {
  readonly peers: WsPeer[] = [];
  /** What each connection was asked, in order: `1 a@trade,b@trade`. */
  readonly asked: string[] = [];
  symbols = ['BTCUSDT', 'ETHUSDT'];
  /** The answer to a subscription; '' is none. */
  answer: (peer: WsPeer, names: readonly string[], id: number) => string = (_, __, id) => `{"result":null,"id":${id}}`;
  depth: () => HttpReply | Promise<HttpReply> = () => ({ status: 200, body: '{"lastUpdateId":100,"bids":[["1","1"]],"asks":[]}' });
  exchangeInfo: () => HttpReply = () => {
    const symbols = this.symbols.map((symbol) => `{"symbol":"${symbol}","baseAsset":"${symbol.slice(0, 3)}","quoteAsset":"USDT","filters":[]}`);
    return { status: 200, body: `{"symbols":[${symbols.join(',')}]}` };
  };
  readonly #http = new HttpServer({ clock: systemClock });
  readonly #ws: WsServer;

  constructor() {
    this.#http.route('GET', '/api/v3/exchangeInfo', () => this.exchangeInfo());
    this.#http.route('GET', '/api/v3/depth', () => this.depth());
    this.#ws = new WsServer({ clock: systemClock, node: this.#http.node, onConnection: (peer) => this.#welcome(peer) });
  }

  async listen(): Promise<{ wsUrl: string; restUrl: string }> {
    const port = await this.#http.listen();
    return { wsUrl: `ws://127.0.0.1:${port}`, restUrl: `http://127.0.0.1:${port}` };
  }

  get openCount(): number {
    return this.#ws.peers.size;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#ws.stop(), this.#http.close()]);
  }

  #welcome(peer: WsPeer): void {
    const index = this.peers.push(peer) - 1;
    peer.onMessage = (data) => {
      const { params, id } = parseJson(data.toString()) as { params: string[]; id: number };
      this.asked.push(`${index} ${params.join(',')}`);
      const answer = this.answer(peer, params, id);
      if (answer !== '') peer.send(answer);
    };
  }
}
