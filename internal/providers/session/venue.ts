import type { DecodeSummary } from '../../../lib/simdjson/counters.ts';
import type { CanonicalEvent } from '../../../schemas/events/event.ts';
import type { InstrumentFacts } from '../../../schemas/market/instrument.ts';
import type { Channel, Stream } from '../../../schemas/market/stream.ts';
import type { WsFrame } from '../../../schemas/market/ws-frame.ts';
import type { BookRule } from '../../ports/book-rule.ts';
import type { SymbolEntry } from './symbol-board.ts';

/** What one venue and market adds to the session that all venues share. Its files stand in `providers/<venue>`. */
export interface Venue {
  readonly venue: string;
  readonly market: string;
  readonly endpoints: VenueEndpoints;
  readonly limits: VenueLimits;
  readonly rule: BookRule;
  /** Levels a side that `snapshotRequest` asks for. */
  readonly snapshotDepth: number;
  readonly instrumentsRequest: RestRequest;
  /** @throws AppError INSTRUMENTS_REFUSED when the answer is no list */
  readInstruments(body: Buffer): VenueInstrument[];
  /** The best guess where a recording holds no list; scales 0, they grow with the numbers. */
  guessInstrument(venueSymbol: string): InstrumentFacts;
  /** Which streams go over which kind of connection, by the venue's names for them. */
  plan(streams: readonly Stream[]): readonly LinkPlan[];
  subscribeMessage(names: readonly string[], requestId: number): string;
  snapshotRequest(stream: Stream): RestRequest;
  /** True for a frame of one of the streams, false for answers and what cannot be told: a look, not a decoding. */
  isStreamFrame(data: Buffer): boolean;
  /** What the answer in a recording is about, null when it is nothing we asked for. */
  readRecordedUrl(url: string, channel: string): RecordedAnswer | null;
  decoder(desk: DecodeDesk): Decoder;
  /** One of every form that becomes events or control, for the rehearsal before the first real one. */
  readonly samples: { readonly frames: readonly string[]; readonly snapshot: string };
}

/** An instrument as the venue's list has it. */
export interface VenueInstrument extends InstrumentFacts {
  /** Whether it can be traded now: halted, delisted and announced ones are listed, too. */
  readonly isTrading: boolean;
}

export interface VenueEndpoints {
  /** Scheme and host of the stream host, without a path. */
  readonly wsUrl: string;
  readonly restUrl: string;
}

/** The venue's own limits, with the page they come from where the table stands. */
export interface VenueLimits {
  readonly streamsPerConnectionMax: number;
  /** Names in one subscribe message. */
  readonly subscribeBatchMax: number;
  /** Least time between two messages of ours on one connection. */
  readonly messageIntervalMs: number;
  readonly subscribeTimeoutMs: number;
  /** Neither frame nor ping for this long means the peer is dead. */
  readonly silenceMs: number;
  /** After this age a connection is renewed, before the venue cuts it. */
  readonly lifetimeMs: number;
  /** Attempts to connect from one address in five minutes. */
  readonly connectsPerFiveMinutesMax: number;
  readonly requestWeightPerMinute: number;
  /** The answer header that tells the weight used in this minute, lower case. */
  readonly usedWeightHeader: string;
}

export interface RestRequest {
  /** Starts with /. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** What it costs of the venue's budget. */
  readonly weight: number;
}

/** One connection to be: where, and what it carries. */
export interface LinkPlan {
  /** Path and query behind the stream host. */
  readonly path: string;
  /** The venue's names of `streams`, one by one. */
  readonly names: readonly string[];
  readonly streams: readonly Stream[];
}

export type RecordedAnswer =
  | { readonly kind: 'instruments' }
  /** `venueSymbol` is '' when neither address nor label tells it. */
  | { readonly kind: 'snapshot'; readonly venueSymbol: string };

/** What became of a frame, as a small integer. Every frame ends in exactly one of them. */
export const Outcome = {
  /** One or more events went on. */
  Events: 0,
  /** A reply or a notice of the venue. */
  Control: 1,
  /** Readable, and nobody asked for it. */
  Ignored: 2,
  /** Well-formed, but of no kind we know. */
  Unknown: 3,
  /** Not readable as what it says it is: goes to the dead letters with `Decoder.fault`. */
  Bad: 4,
  /** The event pool was dry (`Decoder.dryChannel`): try the same frame again later. */
  Dry: 5,
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

export interface Decoder {
  /** What was wrong with the last Bad frame, or the key of the last Unknown one. */
  readonly fault: string;
  /** After a Bad frame: the key of the schema that it lacks, such as `trade.p`; '' when it was bad in another way. */
  readonly drift: string;
  readonly dryChannel: Channel;
  /** False on a machine without 128-bit vectors, where everything goes the slow way. */
  readonly hasKernel: boolean;
  /** How many frames and snapshots the vectors decoded, and how many went the slow way or were refused, by reason. */
  readonly decoding: DecodeSummary;
  decode(frame: WsFrame): Outcome;
  /** A REST snapshot, as a frame whose data is the body. Bad when it is none, Dry when the pool is dry. */
  decodeSnapshot(stream: Stream, body: WsFrame): Outcome;
}

/** What a decoder needs of its session. */
export interface DecodeDesk {
  /** Undefined for a symbol that is not known and is not to be guessed. */
  symbol(venueSymbol: string): SymbolEntry | undefined;
  tryAcquire(channel: Channel): CanonicalEvent | null;
  release(event: CanonicalEvent): void;
  /** The event is given away. */
  emit(event: CanonicalEvent): void;
  /** The venue answered a request of ours (0: it does not say which); `refusal` is '' when it accepted. */
  onReply(connection: number, requestId: number, refusal: string): void;
  /** The venue announces that it will cut this connection. */
  onFarewell(connection: number): void;
}
