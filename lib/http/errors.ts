import { AppError, type ErrorSpec } from '../errors/app-error.ts';

/** Everything an HTTP exchange, or the budget it is paid from, can go wrong with. */
export const httpErrors = {
  timeout: { code: 'HTTP_TIMEOUT', severity: 'retry', message: 'the answer did not come in time' },
  network: { code: 'HTTP_NETWORK', severity: 'retry', message: 'the connection failed' },
  aborted: { code: 'HTTP_ABORTED', severity: 'degrade', message: 'the request was called off by its caller' },
  closed: { code: 'HTTP_CLOSED', severity: 'degrade', message: 'the client is closed' },
  tooLarge: { code: 'HTTP_RESPONSE_TOO_LARGE', severity: 'degrade', message: 'the answer is larger than allowed' },
  noSession: { code: 'HTTP_NO_SESSION', severity: 'retry', message: 'every session stayed busy' },
  rateWait: { code: 'HTTP_RATE_WAIT', severity: 'retry', message: 'the request budget would not allow this in time' },
  rateQueueFull: { code: 'HTTP_RATE_QUEUE_FULL', severity: 'retry', message: 'too many requests wait for the budget' },
  weightTooLarge: { code: 'HTTP_WEIGHT_TOO_LARGE', severity: 'degrade', message: 'the weight is more than the whole budget' },
  handlerThrew: { code: 'HTTP_HANDLER_THREW', severity: 'degrade', message: 'a route handler threw' },
} as const satisfies Record<string, ErrorSpec>;

/** Why a signal was aborted, as an error of ours. */
export function abortError(signal: AbortSignal): AppError {
  const reason: unknown = signal.reason;
  return reason instanceof AppError ? reason : new AppError(httpErrors.aborted, {}, reason);
}
