import type { ErrorSpec } from '../lib/errors/app-error.ts';

/**
 * Every error the product itself raises, in one table: the code is public, the sentence is for people, the severity says
 * what is done about it. (The floor below keeps its own: lib/ws, lib/http, lib/pool, lib/config, lib/json.)
 */
export const errors = {
  streamLimit: { code: 'STREAM_LIMIT', severity: 'halt', message: 'more streams subscribed than the stream table holds' },
  symbolUnknown: { code: 'SYMBOL_UNKNOWN', severity: 'halt', message: 'the venue lists no such symbol' },
  venueUnknown: { code: 'VENUE_UNKNOWN', severity: 'halt', message: 'there is no provider for this venue and market' },
  subscriptionRefused: { code: 'SUBSCRIPTION_REFUSED', severity: 'degrade', message: 'the venue refused a subscription' },
  recordingMissing: { code: 'RECORDING_MISSING', severity: 'halt', message: 'the recording cannot be read' },
  recordingTruncated: { code: 'RECORDING_TRUNCATED', severity: 'degrade', message: 'the recording ends in the middle of a record' },
  recordingLine: { code: 'RECORDING_LINE', severity: 'degrade', message: 'a line of the recording is no record' },
  snapshotRefused: { code: 'SNAPSHOT_REFUSED', severity: 'retry', message: 'the venue gave no usable order book snapshot' },
  instrumentsRefused: { code: 'INSTRUMENTS_REFUSED', severity: 'retry', message: 'the venue gave no usable instrument list' },
  pluginLoad: { code: 'PLUGIN_LOAD', severity: 'halt', message: 'a plugin does not load' },
  pluginConfig: { code: 'PLUGIN_CONFIG', severity: 'halt', message: 'a plugin refuses its config' },
  pluginStart: { code: 'PLUGIN_START', severity: 'halt', message: 'a plugin failed to start' },
  reportUnwritable: { code: 'REPORT_UNWRITABLE', severity: 'degrade', message: 'the run report cannot be written' },
} as const satisfies Record<string, ErrorSpec>;
