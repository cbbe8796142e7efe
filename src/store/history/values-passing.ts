/** The values of a group, shown piece after piece and not kept: for percentiles of more than fit into memory. */
import type { SeriesSet } from './series-set.ts';
import type { Span } from './span.ts';
import { SeriesWalk } from './walk.ts';
import { OWN_SLOT, type Workspace } from './workspace.ts';

/**
 * Shows the values of some series in a span.
 * @param members of the set; undefined: all
 * @param visit gets views that are valid during the call
 * @throws StoreError when a source is damaged
 */
export function showValues(
  space: Workspace,
  set: SeriesSet,
  members: readonly number[] | undefined,
  span: Span,
  visit: (values: Float64Array) => void,
): void {
  const { kernel } = space;
  const walk = new SeriesWalk(space);
  const show = (values: number, from: number, to: number): void => {
    if (from < to) visit(kernel.f64.subarray((values >>> 3) + from, (values >>> 3) + to));
  };
  const count = members?.length ?? set.count;
  for (let place = 0; place < count; place++) {
    walk.begin(set, members?.[place] ?? place, span);
    while (walk.next()) {
      if (!walk.isBlocks) {
        show(walk.values, 0, walk.count);
        continue;
      }
      for (let block = 0; block < walk.count; block++) {
        const columns = space.block(OWN_SLOT);
        const { from, to } = walk.decodeCut(block, columns);
        show(columns.values, from, to);
      }
    }
  }
}
