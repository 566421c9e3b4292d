/** `did you mean "level"?` when one of the names is close to what was written, otherwise ''. */
export function suggestName(written: string, names: readonly string[]): string {
  // A third of the letters may be wrong, never more than three: beyond that a suggestion is a guess.
  let bestDistance = Math.min(3, Math.max(1, Math.floor(written.length / 3))) + 1;
  let best = '';
  for (const name of names) {
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    if (distance >= bestDistance) continue;
    bestDistance = distance;
    best = name;
  }
  return best === '' ? '' : `did you mean "${best}"?`;
}

/** How many letters must be added, dropped, changed or swapped with their neighbour to get from one to the other. */
export function editDistance(source: string, target: string): number {
  if (Math.abs(source.length - target.length) > LENGTH_DIFFERENCE_MAX) return Infinity;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: target.length + 1 }, (_, column) => column);
  for (let row = 1; row <= source.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= target.length; column += 1) {
      const isSame = source[row - 1] === target[column - 1];
      const isSwapped = row > 1 && column > 1 && source[row - 1] === target[column - 2] && source[row - 2] === target[column - 1];
      const changed = previous[column - 1]! + (isSame ? 0 : 1);
      const swapped = isSwapped ? beforePrevious[column - 2]! + 1 : Infinity;
      current.push(Math.min(changed, swapped, previous[column]! + 1, current[column - 1]! + 1));
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[target.length]!;
}

const LENGTH_DIFFERENCE_MAX = 8;
