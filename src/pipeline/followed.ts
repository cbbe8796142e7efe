/** Files that are followed without keeping positions: nobody asks what happened to their lines. */
import type { RunHost } from '../graph/host.ts';
import { fromStart, type OpenInput } from '../graph/inlet.ts';
import { FollowedFiles } from '../io/followed-files.ts';
import type { Source } from '../io/index.ts';
import type { UnitSource } from '../io/types.ts';

/** What is read counts as delivered. It ends when it is asked to, after what it has taken. */
export function readAtOnce(source: UnitSource): Source & { stop(): void } {
  return {
    name: source.name,
    sizeBytes: undefined,
    readNow: (target) => {
      const count = source.readNow(target);
      for (const { unit } of source.takeBorders()) source.settle(unit, 'ok');
      return count;
    },
    wait: () => source.wait(),
    close: () => {},
    stop: () => source.stop(),
  };
}

/** The files of patterns, until somebody stops them. `close` them in the end. */
export function openFollowed(
  patterns: readonly string[],
  { talk, clockMs }: RunHost,
): { readonly open: OpenInput; close(): void } {
  const notice = (text: string): void => talk.warn(text);
  const files = new FollowedFiles({
    ...{ name: patterns.join(' '), patterns, follow: true, positions: undefined, inflate: true, notice, clockMs },
  });
  const source = readAtOnce(files);
  const open: OpenInput = () => ({
    ...fromStart(source),
    fileAt: (offset) => files.fileAt(offset),
    stop: () => source.stop(),
  });
  return { open, close: () => files.close() };
}
