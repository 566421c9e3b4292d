import type { EventEmitter } from 'node:events';
import { InvariantError } from '../assert/assert.ts';

/**
 * Turns what the outside does to the process into one orderly stop.
 *
 *   SIGINT, SIGTERM    first ─▶ onStop (once)      second ─▶ exit 130, at once
 *   nobody caught it   contained ─▶ nothing: its owner has taken it
 *                      InvariantError ─▶ exit 1, at once: our own state cannot be trusted to stop in order
 *                      anything else  ─▶ onStop (once), with exit code 1       second ─▶ exit 1
 */
export function watchProcess(options: WatchOptions): ProcessWatch {
  const { process: watched = process, onStop, onFault, isContained = () => false, exit } = options;
  let isStopping = false;

  const stopOnce = (reason: StopReason): void => {
    isStopping = true;
    // The stop has its own limits and reports; what escapes it leaves nothing to wait for.
    Promise.resolve(reason).then(onStop).catch((thrown: unknown) => {
      onFault(thrown, 'stop');
      exit(EXIT_FAULT);
    });
  };
  const onSignal = (cause: NodeJS.Signals): void => {
    if (isStopping) exit(EXIT_INTERRUPTED);
    else stopOnce({ cause, exitCode: 0 });
  };
  const onUncaught = (origin: FaultOrigin, thrown: unknown): void => {
    if (isContained(thrown)) return;
    onFault(thrown, origin);
    if (isStopping || thrown instanceof InvariantError) exit(EXIT_FAULT);
    else stopOnce({ cause: origin, exitCode: EXIT_FAULT });
  };

  const listeners: readonly (readonly [string, (thrown: unknown) => void])[] = [
    ['SIGINT', () => onSignal('SIGINT')],
    ['SIGTERM', () => onSignal('SIGTERM')],
    ['uncaughtException', (thrown: unknown) => onUncaught('uncaughtException', thrown)],
    ['unhandledRejection', (thrown: unknown) => onUncaught('unhandledRejection', thrown)],
  ];
  for (const [name, listener] of listeners) watched.on(name, listener);
  return {
    remove(): void {
      for (const [name, listener] of listeners) watched.off(name, listener);
    },
  };
}

export interface WatchOptions {
  /** Default: the process itself. */
  readonly process?: Pick<EventEmitter, 'on' | 'off'>;
  readonly onStop: (reason: StopReason) => void | Promise<void>;
  /**
   * Asked first about every error that nobody caught: true when it was a guest's (a plugin's), who has been charged with it and whose
   * code cannot have harmed ours. Default: none is.
   */
  readonly isContained?: (thrown: unknown) => boolean;
  /** For the log: every other error that nobody caught, before anything is done about it. */
  readonly onFault: (thrown: unknown, origin: FaultOrigin) => void;
  /** `process.exit` in a program. */
  readonly exit: (code: number) => void;
}

export type FaultOrigin = 'uncaughtException' | 'unhandledRejection' | 'stop';

export interface StopReason {
  readonly cause: string;
  /** What the process should exit with when the stop went well. */
  readonly exitCode: number;
}

export interface ProcessWatch {
  /** Takes every listener off again. */
  remove(): void;
}

/** 128 + SIGINT, as a shell reports it. */
const EXIT_INTERRUPTED = 130;
const EXIT_FAULT = 1;
