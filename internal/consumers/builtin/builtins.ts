import type { Plugin } from '../plugin.ts';
import { capture } from './capture.ts';
import { recorder } from './recorder.ts';
import { topOfBook } from './top-of-book.ts';

/** The plugins that come with the product, by the name a config uses. Each call makes one with a state of its own. */
export const builtins: Readonly<Record<string, () => Plugin>> = {
  capture,
  recorder,
  'top-of-book': topOfBook,
};
