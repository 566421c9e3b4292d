/**
 * What a room needs to tell people something. Logs are for changes of state, never one line per event.
 *
 * The message is a fixed sentence ("book live"); what differs rides in the facts, so that lines can be counted.
 */
export interface Logger {
  trace(message: string, facts?: LogFacts): void;
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
  /** For facts that cost something to collect. */
  isEnabled(level: LogLevel): boolean;
  /** A logger of a part: the child `book` of `okx-spot` is the module `okx-spot/book` and follows its levels. */
  child(module: string): Logger;
}

/** An Error is written with its code, facts and stack; secrets are masked by key (see redact.ts). */
export type LogFacts = Readonly<Record<string, unknown>>;

export const logLevels = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, silent: 100 } as const;
/** `silent` is a threshold only: nothing is logged at it. */
export type LogThreshold = keyof typeof logLevels;
export type LogLevel = Exclude<LogThreshold, 'silent'>;

/** For tests and for parts that run without logs. */
export const silentLogger: Logger = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  isEnabled: () => false,
  child: () => silentLogger,
};

function ignore(): void {
  // Nobody listens.
}
