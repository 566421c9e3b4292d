/** How far consumers are behind: a recording is read no faster than this empties. */
export interface Backlog {
  /** True when no mailbox holds anything and no handler is at work. */
  readonly isEmpty: boolean;
  /** Resolves when it is empty, at once when it already is. */
  whenEmpty(): Promise<void>;
}
