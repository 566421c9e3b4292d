/** A number that only grows: one addition on the hot path, read at scrape. */
export class Counter {
  value = 0;

  add(count = 1): void {
    this.value += count;
  }
}
