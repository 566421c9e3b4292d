/** A number that goes up and down, and the highest value it ever had. */
export class Gauge {
  value = 0;
  valueMax = 0;

  set(value: number): void {
    this.value = value;
    if (value > this.valueMax) this.valueMax = value;
  }

  add(delta: number): void {
    this.set(this.value + delta);
  }
}
