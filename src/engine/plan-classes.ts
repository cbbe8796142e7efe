/**
 * Several programs as one list of paths and tests. What tells one use from another is only where a program's ends
 * lead: to acceptance, to a class, or on to the next program of a chain, of which the first that holds decides.
 */
import { CLASS_TARGET, MAX_CLASSES } from './layout.ts';
import { Cases, exclusive, type Leading, leadingOf, runsOf } from './plan-choices.ts';
import { ACCEPT, type Choice, type OutputClass, type Path, type Program, REJECT, type Test } from './program.ts';

/** Programs one behind the other; targets are indexes of the whole list of tests. */
export interface Joined {
  readonly paths: readonly Path[];
  readonly tests: readonly Test[];
  readonly entries: readonly number[];
  /** Where each chain begins: an entry, or a target when nothing is to be tested. */
  readonly chains: readonly number[];
}

/** Where control goes at the end of a program. */
interface Ends {
  readonly accept: number;
  readonly reject: number;
}

const plainEnds: Ends = { accept: ACCEPT, reject: REJECT };

const moved = (target: number, by: number, { accept, reject }: Ends): number =>
  target === ACCEPT ? accept : target === REJECT ? reject : target + by;

/** A test in a longer list: `target` says where its targets are now. */
function movedTest(test: Test, firstPath: number, target: (test: number) => number): Test {
  const onFalse = target(test.onFalse);
  switch (test.op) {
    case 'choice': {
      const cases = test.cases.map((one) => ({ ...one, target: target(one.target) }));
      return { ...test, path: test.path + firstPath, cases, onFalse };
    }
    case 'present': {
      const branches = test.branches.map((one) => ({ path: one.path + firstPath, target: target(one.target) }));
      return { ...test, branches, onFalse };
    }
    case 'again':
      return { ...test, of: target(test.of), onFalse };
    case 'paths':
      return {
        ...{ ...test, path: test.path + firstPath, other: test.other + firstPath },
        ...{ onTrue: target(test.onTrue), onFalse },
      };
    default:
      return { ...test, path: test.path + firstPath, onTrue: target(test.onTrue), onFalse };
  }
}

/**
 * Joins programs; those from number `firstClass` on are the programs of classes.
 * @param chains lists of classes: the first of a list that accepts ends it
 */
export function join(programs: readonly Program[], firstClass: number, chains: readonly (readonly number[])[]): Joined {
  const starts: number[] = [];
  let testCount = 0;
  for (const { tests } of programs) {
    starts.push(testCount);
    testCount += tests.length;
  }
  const ends: Ends[] = programs.map(() => plainEnds);
  const firstPaths: number[] = [];
  const paths: Path[] = [];
  for (const program of programs) {
    firstPaths.push(paths.length);
    paths.push(...program.paths);
  }
  const targetIn = (number: number, test: number): number => moved(test, starts[number]!, ends[number]!);
  const choices: Choice[] = [];
  const leadings = programs.map((program, number) => (number < firstClass ? undefined : leadingOf(program)));
  const leading = (number: number): Leading | undefined => leadings[firstClass + number];
  /** Puts neighbours of a chain before `reject`, where control goes when none of them accepts. @returns their entry */
  const before = (reject: number, run: readonly number[]): number => {
    const cases = run.length > 1 ? new Cases() : undefined;
    for (const number of run.toReversed()) {
      const own = cases && leading(number)!;
      // A value that leads to this class may be that of a later one, too.
      const other = own?.keys.length === 1 ? cases!.targetOf(own.keys[0]!) : undefined;
      ends[firstClass + number] = { accept: CLASS_TARGET - number, reject: other ?? reject };
      if (own !== undefined) cases!.lead(own, targetIn(firstClass + number, own.next));
    }
    const number = firstClass + run[0]!;
    if (cases === undefined) return targetIn(number, programs[number]!.entry);
    choices.push(cases.choice(firstPaths[number]! + leading(run[0]!)!.path, reject));
    return testCount + choices.length - 1;
  };
  const begins = chains.map((chain) => runsOf(chain, leading).reduceRight(before, REJECT as number));
  const tests = programs.flatMap((program, number) =>
    program.tests.map((test) => movedTest(test, firstPaths[number]!, (target) => targetIn(number, target))),
  );
  const entries = programs.map(({ entry }, number) => targetIn(number, entry));
  return { paths, tests: [...tests, ...choices], entries, chains: begins };
}

/**
 * The groups, and the classes that are in none of them and follow none: each by itself, or with others that never take
 * the same record. @throws RangeError
 */
export function chainsOf(classes: readonly OutputClass[], groups: readonly (readonly number[])[]): number[][] {
  checkClasses(classes);
  const grouped = new Set<number>();
  for (const number of groups.flat()) {
    if (classes[number] === undefined) throw new RangeError(`a group names class ${number} of ${classes.length}`);
    if (grouped.has(number)) throw new RangeError(`class ${number} is in two groups, or twice in one`);
    if (classes[number].follows !== undefined) {
      throw new RangeError(`class ${number} follows another one and is in a group`);
    }
    grouped.add(number);
  }
  const isAlone = (number: number): boolean => !grouped.has(number) && classes[number]!.follows === undefined;
  return [...groups.map((group) => [...group]), ...exclusive(classes, [...classes.keys()].filter(isAlone))];
}

/** For each class the next one that takes the same records, or −1: each class and what follows it are one list. */
export function followers(classes: readonly OutputClass[]): number[] {
  const next = classes.map(() => -1);
  classes.forEach(({ follows }, number) => {
    if (follows === undefined) return;
    next[number] = next[follows]!;
    next[follows] = number;
  });
  return next;
}

function checkClasses(classes: readonly OutputClass[]): void {
  const { length } = classes;
  if (length === 0) throw new RangeError('there are no output classes, so nothing would be output');
  if (length > MAX_CLASSES) {
    throw new RangeError(
      `${length} routes with different conditions or forms leave one node, and ${MAX_CLASSES} is the most: give routes the same form, or spread them over several nodes`,
    );
  }
  for (const [number, { follows }] of classes.entries()) {
    if (follows === undefined) continue;
    const leader = classes[follows];
    if (leader === undefined || leader.follows !== undefined) {
      throw new RangeError(`class ${number} follows class ${follows}, which is none that has tests of its own`);
    }
  }
  if (length > 1 && classes.some(({ projection }) => projection.to === 'rows')) {
    throw new RangeError('rows for a plugin are made of one output class alone');
  }
}
