/**
 * "Did you mean …?": the candidate nearest to a misspelt name by edit distance, where swapping two neighbours counts
 * as one edit (they are the commonest typing error). Letter case costs nothing but breaks ties. A suggestion that is
 * too far is worse than none, so there is a cut-off of a third of the longer name.
 */

/**
 * The number of insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`, where no part is
 * edited twice (optimal string alignment, the restricted Damerau–Levenshtein distance). UTF-16 units.
 * Time a.length × b.length: the caller bounds the lengths.
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, beforeLast[j - 2]! + 1);
      }
      row.push(edits);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** How many edits still make a plausible misspelling of a name that long: a third of it, at least one. */
export function editLimit(name: string, candidate: string): number {
  return Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3));
}

/**
 * The candidate most like `name`, or undefined when none is near. Used for operators, keywords, flags and column
 * names.
 * @param candidates in order of preference: the first of equally near ones is returned
 * @param limit      the most edits that count as near; by default it grows with the length (see editLimit)
 */
export function nearest(name: string, candidates: Iterable<string>, limit?: number): string | undefined {
  const lower = name.toLowerCase();
  let best: string | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const allowed = limit ?? editLimit(name, candidate);
    if (Math.abs(candidate.length - name.length) > allowed) continue;
    const edits = editDistance(lower, candidate.toLowerCase());
    // Two names with no letter in common are not alike, however short they are.
    if (edits > allowed || edits >= Math.max(name.length, candidate.length)) continue;
    const cost = edits + editDistance(name, candidate) / 1000;
    if (cost < bestCost) {
      bestCost = cost;
      best = candidate;
    }
  }
  return best;
}
