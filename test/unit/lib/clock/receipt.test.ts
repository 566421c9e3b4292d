import { expect, test } from 'vitest';
import { ManualClock } from '../../../../lib/clock/manual-clock.ts';
import { Receipt } from '../../../../lib/clock/receipt.ts';

test('what is read in one synchronous run was received at one moment, and the next run reads anew', async () => {
  const clock = new ManualClock(1_700_000_000_000);
  const receipt = new Receipt(clock);
  clock.advance(5);
  receipt.read();
  clock.advance(3);
  receipt.read();
  expect([receipt.timeUs, receipt.monotonicMs]).toEqual([1_700_000_000_005_000, 5]);
  await Promise.resolve();
  receipt.read();
  expect([receipt.timeUs, receipt.monotonicMs]).toEqual([1_700_000_000_008_000, 8]);
});
