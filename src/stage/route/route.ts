/**
 * The stage that routes: one pass over the records, and an output for each class of edges. Its lanes are those of
 * select; what it outputs is taken by class (`EngineMemory.segment`). One class without a gate is the block's own
 * output, number 0.
 */
import { UsageError } from '../../config/errors.ts';
import { chosenCells } from '../../config/output.ts';
import * as L from '../../engine/layout.ts';
import { buildClassPlan } from '../../engine/plan.ts';
import type { Column, OutputClass, Program, Projection } from '../../engine/program.ts';
import type { Batch } from '../../graph/batch.ts';
import type { NodeSettings, Stage, StageReport, Verdict } from '../../graph/stage.ts';
import type { Stats } from '../../graph/stats.ts';
import { arrayHints, copyHints, emptyFileHints } from '../hints.ts';
import { EngineStage, engineOptionsOf } from '../lanes/engine-stage.ts';
import { BOM, columnsOf, headerLine } from '../select/columns.ts';
import { editsOf } from '../select/edits.ts';
import type { RouteClass, Routes } from './classes.ts';
import { type ClassSeen, routeHints } from './hints.ts';

/** What the stage has to know. */
export interface RouteNodeSettings extends NodeSettings, Pick<Routes, 'classes' | 'groups'> {
  /** Only records that it accepts are given to the classes. Undefined: all are. */
  readonly gate?: Program | undefined;
}

export class RouteStage extends EngineStage implements Stage {
  readonly settings: RouteNodeSettings;
  /** Records by class, of the batches that were drained. */
  readonly records: readonly number[];
  /** Records that passed the gate and that no class took. */
  unrouted = 0;
  readonly #records: number[];
  readonly #columns: readonly (readonly Column[])[];

  /** @throws UsageError for fields that cannot be, and for what several classes cannot have */
  constructor(settings: RouteNodeSettings) {
    const { classes, groups, gate } = settings;
    const outputs = classes.map((one): OutputClass & { columns: readonly Column[] } => {
      const columns = one.form.fields === undefined ? [] : columnsOf(one.form.fields, `${one.path}.fields`);
      const { program, follows } = one;
      const { takesAny } = one.form;
      return { program, follows, takesAny, columns, projection: projectionOf(one, columns) };
    });
    const plan = buildClassPlan(outputs, { groups, ...(gate && { gate }) });
    if (plan.classCount > 0) refuseKeeping(settings);
    const objectsOnly = outputs.some(({ projection: { to }, takesAny }) => {
      return (to === 'csv' || to === 'tsv') && takesAny !== true;
    });
    super(plan, engineOptionsOf(settings, { strictKeys: false, objectsOnly }), settings.lanes);
    this.settings = settings;
    this.#columns = outputs.map(({ columns }) => columns);
    this.#records = classes.map(() => 0);
    this.records = this.#records;
  }

  /** The header of a class. */
  preface(output = 0): Uint8Array | undefined {
    const { format, header, cells } = this.settings.classes[output]!.form;
    if (format !== 'csv' && format !== 'tsv') return undefined;
    const text = header ? headerLine(format, this.#columns[output]!, chosenCells(cells)) : '';
    const marked = cells?.bom === true ? BOM + text : text;
    return marked === '' ? undefined : Buffer.from(marked);
  }

  verdict(batch: Batch): Verdict | undefined {
    this.note(batch, true);
    const { memory } = batch.lane;
    // One class without a gate is the selector of the plan: what does not match is what nobody took.
    this.unrouted +=
      memory.map.classCount > 0
        ? memory.unrouted(batch.block)
        : memory.word(batch.block, L.B_RECORDS) - memory.word(batch.block, L.B_MATCHED);
    for (let i = 0; i < this.#records.length; i++) this.#records[i]! += memory.taken(batch.block, i);
    return undefined;
  }

  report(stats: Stats): StageReport {
    const { records } = stats;
    const { classes } = this.settings;
    const paths = this.#pathNumbers();
    const seen = classes.map(({ path, program, texts }, i): ClassSeen => {
      const { where: firstWhere, columns: firstColumn } = paths[i]!;
      const isAbsent = (first: number) => (_: unknown, n: number) => !this.wasSeen(first + n);
      // What a follower selects by is its leader's to say.
      const isLeader = firstWhere !== undefined;
      const where = isLeader ? program.paths.filter(isAbsent(firstWhere)) : [];
      const columns = this.#columns[i]!.map((column) => column.path).filter(isAbsent(firstColumn));
      return { route: path, records: this.#records[i]!, absent: { where, columns }, texts: isLeader ? texts : [] };
    });
    const empty = classes.flatMap(({ path, program }) => emptyFileHints(program).map((hint) => `${path}: ${hint}`));
    const copies = copyHints(this.absentCopies, stats, 'set:');
    return {
      leftOut: [],
      hints: [
        ...arrayHints(this.sample, stats, 'from: json'),
        ...routeHints(seen, records, this.sample),
        ...empty,
        ...copies,
      ],
    };
  }

  /** The numbers in the plan of each class's first path and first column (Plan.pathSlots has their order). */
  #pathNumbers(): { where: number | undefined; columns: number }[] {
    const { gate, classes } = this.settings;
    let next = gate?.paths.length ?? 0;
    const wheres = classes.map(({ follows, program }) => {
      if (follows !== undefined) return undefined;
      next += program.paths.length;
      return next - program.paths.length;
    });
    return wheres.map((where, i) => {
      next += this.#columns[i]!.length;
      return { where, columns: next - this.#columns[i]!.length };
    });
  }
}

function projectionOf({ form, path }: RouteClass, columns: readonly Column[]): Projection {
  const { format, fields } = form;
  const cells = chosenCells(form.cells);
  const edits = form.edits && editsOf(form.edits, (kind) => `${path}.${kind}`);
  if (format === 'nothing') return { to: 'nothing' };
  if (fields !== undefined) return { to: format, columns, edits, ...(format !== 'ndjson' && { form: cells }) };
  if (format === 'ndjson') return { to: 'lines', edits };
  throw new UsageError(
    `${path}: the columns of ${format} are found in the data only where all records go one way`,
    `Name them: fields: [time, level].`,
  );
}

function refuseKeeping({ rejects, classes }: RouteNodeSettings): void {
  if (rejects.onError !== 'keep') return;
  throw new UsageError(
    `on-error: keep leaves bad lines in the output, and ${classes[0]!.path} is one of ${classes.length} outputs of its node`,
    'Write on-error: skip, and give the topology a sink for bad lines: rejects: NAME.',
  );
}
