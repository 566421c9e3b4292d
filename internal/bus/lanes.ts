import { EventType } from '../../schemas/events/event.ts';

/**
 * What gives way when a consumer is slow, by type of event.
 *
 * | lane      | holds                 | when full                                                              |
 * |-----------|-----------------------|------------------------------------------------------------------------|
 * | Execution | what must not be lost | `offerExecution` refuses, so that new orders are refused at their door  |
 * | State     | ticker, book, kline   | one per stream: the newer displaces the older, book updates are merged  |
 * | Tape      | trades                | the oldest is dropped, and the next one delivered says how many         |
 */
export const Lane = { State: 0, Tape: 1 } as const;
export type Lane = (typeof Lane)[keyof typeof Lane];

/** The lane of each market event, by its type's integer. */
export const laneOfType: readonly Lane[] = (() => {
  const lanes: Lane[] = [];
  lanes[EventType.None] = Lane.State;
  lanes[EventType.Trade] = Lane.Tape;
  lanes[EventType.Ticker] = Lane.State;
  lanes[EventType.BookSnapshot] = Lane.State;
  lanes[EventType.BookUpdate] = Lane.State;
  lanes[EventType.Kline] = Lane.State;
  return lanes;
})();
