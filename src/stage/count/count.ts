/**
 * The stage that counts by groups: `slung count`. It outputs nothing while it runs; each lane has its groups in its
 * memory, and when all have ended they are put together (groups.ts) and asked for (`answer`).
 */

import type { CountQuery, CountSettings } from '../../config/count.ts';
import { UsageError } from '../../config/errors.ts';
import { asUsageError } from '../../config/selector-errors.ts';
import * as C from '../../engine/count-layout.ts';
import { Counted, type CountPlan, countOptions, type ValueWants } from '../../engine/counting.ts';
import type { EngineMemory } from '../../engine/engine.ts';
import { buildPlan } from '../../engine/plan.ts';
import type { Path, Program } from '../../engine/program.ts';
import { timeUnitCodes } from '../../engine/time-units.ts';
import { counted, grouped } from '../../format/count.ts';
import type { Batch } from '../../graph/batch.ts';
import type { NodeSettings, Stage, StageReport, Verdict } from '../../graph/stage.ts';
import type { Stats } from '../../graph/stats.ts';
import { parseField, parsePath } from '../../selector/index.ts';
import { excerpt } from '../../text/printable.ts';
import { arrayHints, hintsOf, tableHints } from '../hints.ts';
import { EngineStage, engineOptionsOf } from '../lanes/engine-stage.ts';
import { type Answer, answerOf } from './answer.ts';
import { Groups } from './groups.ts';

/** What the engine counts, and where the query finds it. */
interface Task {
  readonly fields: readonly Path[];
  readonly plan: CountPlan;
  /** The paths of the values, as they were written. */
  readonly values: readonly string[];
  /** Of each measure, the value that it is computed of. */
  readonly valuePlaces: readonly number[];
}

/** @throws UsageError for a path that cannot be read */
function taskOf({ by, measures, windows, maxGroups }: CountQuery): Task {
  const values = [...new Set(measures.map(({ path }) => path))];
  const plan: CountPlan = {
    keys: by.length,
    windows: windows && { everyUs: windows.everyUs, unit: timeUnitCodes[windows.timeUnit] },
    values: values.map((path) => wantsOf(measures.filter((measure) => measure.path === path).map(({ kind }) => kind))),
    maxGroups,
  };
  const fields = [
    ...by.map(({ path }) => keyOf(path)),
    ...(windows === undefined ? [] : [pathOf(windows.time, '--time')]),
    ...values.map((path) => pathOf(path, flagsOf(measures, path))),
  ];
  return { fields, plan, values, valuePlaces: measures.map(({ path }) => values.indexOf(path)) };
}

function wantsOf(kinds: readonly string[]): ValueWants {
  const has = (kind: string): boolean => kinds.includes(kind);
  return { sum: has('sum') || has('avg'), min: has('min'), max: has('max'), percentiles: has('percentile') };
}

/** Of a part of the key, which may be the file that a record is from. */
function keyOf(text: string): Path {
  if (text === '@file') return parseField(text);
  if (text !== '@line') return pathOf(text, '--by');
  throw new UsageError(
    '--by: no two records of a file are from the same line, so @line makes a group of each',
    'By file: --by file=@file. For a key of that name: --by \'"@line"\'',
  );
}

function pathOf(text: string, flag: string): Path {
  try {
    return parsePath(text);
  } catch (error) {
    throw asUsageError(error, flag);
  }
}

/** The option that names a value, for messages. */
function flagsOf(measures: CountQuery['measures'], path: string): string {
  const { kind, percent } = measures.find((measure) => measure.path === path)!;
  return kind === 'percentile' ? `--p${percent}` : `--${kind}`;
}

export class CountStage extends EngineStage implements Stage {
  readonly settings: CountSettings & NodeSettings;
  readonly #where: Program;
  readonly #task: Task;
  readonly #groups = new Groups();

  /** @param where which records are counted @throws UsageError */
  constructor(settings: CountSettings & NodeSettings, where: Program) {
    const task = taskOf(settings.count);
    const plan = buildPlan(where, { to: 'rows', fields: task.fields, select: undefined });
    const options = engineOptionsOf(settings, { strictKeys: false, ...countOptions(task.plan) });
    super(plan, options, settings.lanes);
    this.settings = settings;
    this.#where = where;
    this.#task = task;
  }

  preface(): undefined {}

  verdict(batch: Batch): Verdict | undefined {
    this.note(batch, true);
    const { memory } = batch.lane;
    const full = memory.words()[(memory.map.counting + C.CP_FULL) >> 2]!;
    return full === 0 ? undefined : { stop: 'failed', message: this.#fullWords(full) };
  }

  #fullWords(full: number): string {
    if (full === C.FULL_GROUPS) return tooManyGroups(this.settings.count.maxGroups);
    const what = full === C.FULL_BUCKETS ? 'the numbers of the percentiles are too many' : 'memory is at its end';
    return `${what}, with ${counted(this.#task.plan.keys, 'key')} and ${counted(this.#task.values.length, 'value')} a group\n-w passes fewer records, --by with fewer paths makes fewer groups.`;
  }

  protected override learn(memory: EngineMemory): void {
    const counted = new Counted(memory, this.#task.plan);
    // What is not whole is no answer, and reading it takes as much memory again.
    if (counted.full === 0) this.#groups.add(counted);
  }

  /** While it runs on this thread alone: the answer for what has been counted; undefined when there is none. */
  soFar(): Answer | undefined {
    const { count } = this.settings;
    const groups = this.#groups.copy();
    for (const memory of this.engines) {
      const counted = new Counted(memory, this.#task.plan);
      if (counted.full !== 0) return undefined;
      groups.add(counted);
    }
    return answerOf(count, groups.all, this.#task.valuePlaces);
  }

  /** After `finish`. @returns why there is no answer, if there is none */
  answer(): Answer | string {
    const { count } = this.settings;
    if (this.#groups.size > count.maxGroups) return tooManyGroups(count.maxGroups);
    return answerOf(count, this.#groups.all, this.#task.valuePlaces);
  }

  report(stats: Stats): StageReport {
    const { selection, rejects } = this.settings;
    const first = this.#where.paths.length;
    const seen = {
      ...selection,
      absent: {
        where: this.#where.paths.filter((_, i) => !this.wasSeen(i)),
        columns: this.#task.fields.filter((_, i) => !this.wasSeen(first + i)),
      },
      sample: this.sample,
      emptyFiles: this.#where.emptyFiles,
    };
    const odd = this.#oddWords();
    const table = tableHints(this.sample, this.settings.input);
    const hints = [...arrayHints(this.sample, stats, '--from json'), ...table, ...hintsOf(seen, stats)];
    return rejects.badLinesFail ? { leftOut: odd, hints } : { leftOut: [], hints: [...odd, ...hints] };
  }

  /** Values that are no numbers are in no sum. */
  #oddWords(): string[] {
    const { measures } = this.settings.count;
    return this.#groups.odd.flatMap((count, i) => {
      const path = this.#task.values[i]!;
      if (count === 0) return [];
      const [are, them] = count === 1 ? ['is no number', 'it'] : ['are no numbers', 'them'];
      return [
        `${flagsOf(measures, path)}: ${counted(count, 'value')} of ${excerpt(path)} ${are}, and the answer is without ${them}`,
      ];
    });
  }
}

function tooManyGroups(most: number): string {
  return `there are more than ${grouped(most)} groups (--max-groups)\n--max-groups N allows more, which take about 600 bytes each; -w and --by make fewer.`;
}
