/**
 * The stage that selects and projects: the compiled selector, the projection and the plan made from them.
 * With csv or tsv and no columns it begins by only counting; when the first keys are known it changes over to the real
 * plan (`settle`).
 */
import { asUsageError } from '../../config/selector-errors.ts';
import type { OutputSettings, SelectionSettings } from '../../config/settings.ts';
import * as L from '../../engine/layout.ts';
import { buildPlan } from '../../engine/plan.ts';
import { EditWriter } from '../../engine/plan-edits.ts';
import type { Column, Edits, Path, Program, Projection } from '../../engine/program.ts';
import { writtenOf } from '../../engine/rejects.ts';
import type { Batch } from '../../graph/batch.ts';
import type { Holding, NodeSettings, Stage, StageReport, Verdict } from '../../graph/stage.ts';
import type { Stats } from '../../graph/stats.ts';
import { compileExpressions } from '../../selector/index.ts';
import { arrayHints, copyHints, hintsOf, type Seen, tableHints } from '../hints.ts';
import { EngineStage, engineOptionsOf } from '../lanes/engine-stage.ts';
import { ColumnSearch } from './column-search.ts';
import { BOM, givenColumns, headerLine, projectionOf } from './columns.ts';
import { editsOf } from './edits.ts';
import { type ColumnsOf, lateColumnWords, newColumnWords } from './late-columns.ts';

/** The selector of --where. @throws UsageError */
export function compileWhere(selection: SelectionSettings): Program {
  try {
    return compileExpressions(selection.where, selection);
  } catch (error) {
    throw asUsageError(error, '--where');
  }
}

/** What the stage has to know. */
export interface SelectNodeSettings extends NodeSettings {
  readonly output: OutputSettings;
}

export class SelectStage extends EngineStage implements Stage {
  readonly settings: SelectNodeSettings;
  readonly program: Program;
  /** Undefined until `settle` when the columns are to be found. */
  columns: readonly Column[] | undefined;
  /** True when the columns were found in the data, so that others may turn up later. */
  readonly findsColumns: boolean;
  holding: Holding | undefined;
  readonly #edits: Edits | undefined;
  #matchesLeft: number | undefined;

  constructor(settings: SelectNodeSettings) {
    const { output } = settings;
    const program = compileWhere(settings.selection);
    const columns = givenColumns(output);
    const edits = output.edits && editsOf(output.edits);
    const projection: Projection | undefined = output.isCount
      ? { to: 'nothing' }
      : projectionOf(output, columns, edits);
    const findsColumns = projection === undefined;
    const strictKeys = output.csvStrict && !findsColumns;
    const plan = buildPlan(program, projection ?? { to: 'nothing' }, findsColumns || strictKeys);
    super(
      plan,
      engineOptionsOf(settings, { strictKeys, objectsOnly: output.to !== 'ndjson' && output.cells?.isRaw !== true }),
      settings.lanes,
    );
    this.settings = settings;
    this.#edits = edits;
    this.#matchesLeft = output.limit;
    this.program = program;
    this.columns = columns;
    this.findsColumns = findsColumns;
    if (findsColumns) this.holding = new ColumnSearch((found) => this.settle(found));
  }

  /** Changes over to the real plan. No batch may be in flight. */
  settle(columns: readonly Column[]): void {
    const { output } = this.settings;
    this.columns = columns;
    this.holding = undefined;
    this.change(buildPlan(this.program, projectionOf(output, columns)!, true), { strictKeys: output.csvStrict });
  }

  /** Of --limit. */
  get matchesLeft(): number | undefined {
    return this.#matchesLeft;
  }

  /** Of an array that is exploded, each element is a record. */
  passed({ lane, block }: Batch): number {
    const { isCount, edits } = this.settings.output;
    const isExploded = !isCount && edits?.explode !== undefined;
    return isExploded ? writtenOf(lane.memory, block) : lane.memory.counts(block).matched;
  }

  /** The header. */
  preface(): Uint8Array | undefined {
    const { to, header, cells, bom } = this.settings.output;
    if (to === 'ndjson' || this.columns === undefined) return undefined;
    const text = (bom ? BOM : '') + (header ? headerLine(to, this.columns, cells) : '');
    return text === '' ? undefined : Buffer.from(text);
  }

  verdict(batch: Batch): Verdict | undefined {
    this.note(batch, this.holding === undefined);
    if (this.#matchesLeft !== undefined) {
      this.#matchesLeft -= this.passed(batch);
      if (this.#matchesLeft === 0) return { stop: 'limit' };
    }
    const stoppedAt = batch.lane.memory.word(batch.block, L.B_STOPPED_AT);
    if (stoppedAt === 0) return undefined;
    return { stop: 'columns', message: newColumnWords(batch, stoppedAt, this.columns!, this.#columnsOf) };
  }

  get #columnsOf(): ColumnsOf {
    const { input, output } = this.settings;
    return { inputs: input.inputs, output, areFound: this.findsColumns };
  }

  report(stats: Stats): StageReport {
    const isSettled = this.findsColumns && this.columns !== undefined;
    const leftOut = isSettled ? lateColumnWords(this.newKeys, this.hasMoreKeys, this.#columnsOf) : [];
    const seen = {
      ...this.settings.selection,
      absent: this.#absentPaths(this.isNothingOut(stats)),
      sample: this.sample,
      emptyFiles: this.program.emptyFiles,
    };
    const hints = [
      ...arrayHints(this.sample, stats, '--from json'),
      ...tableHints(this.sample, this.settings.input),
      ...hintsOf(seen, stats),
      ...copyHints(this.absentCopies, stats, '--set'),
    ];
    return { leftOut, hints };
  }

  /** Records that match may explode to nothing, when their arrays are empty. */
  isNothingOut({ bytesOut }: Stats): boolean {
    return this.settings.output.edits?.explode !== undefined && bytesOut <= (this.preface()?.length ?? 0);
  }

  /** The program's paths, then the columns' (when they were given) and those of edits, that no record had. */
  #absentPaths(isNothingOut: boolean): Seen['absent'] {
    const where = this.program.paths.filter((_, i) => !this.wasSeen(i));
    const first = this.program.paths.length;
    const given = this.findsColumns || isNothingOut ? [] : (this.columns ?? []);
    const columns = given.map(({ path }) => path).filter((_, i) => !this.wasSeen(first + i));
    if (this.#edits === undefined) return { where, columns };
    return { where, columns: this.#absentEdits(this.#edits, first + (this.columns ?? []).length), edited: columns };
  }

  /** @param first the number of the first path of the edits in the plan */
  #absentEdits(edits: Edits, first: number): Path[] {
    const { named } = new EditWriter(edits);
    return named.filter(({ number }) => !this.wasSeen(first + number)).map(({ path }) => path);
  }
}
