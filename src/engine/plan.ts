/**
 * Program and projection to the binary plan that every lane copies into its memory. layout.ts names every offset; this
 * file lays the parts one after another: the trie of wanted paths (trie.ts), the tests with their literals
 * (plan-tests.ts), the columns, and the classes when there are several (plan-classes.ts).
 */
import * as B from './below-layout.ts';
import * as E from './edit-layout.ts';
import * as L from './layout.ts';
import { type Found, jsonLevels, writeFound } from './plan-below.ts';
import { chainsOf, followers, join } from './plan-classes.ts';
import { type Copied, copiedOf, EditWriter, type PlaceSlots } from './plan-edits.ts';
import { formAt } from './plan-form.ts';
import { type SetItems, writeTests } from './plan-tests.ts';
import { Writer } from './plan-writer.ts';
import type { Column, OutputClass, Path, Program, Projection } from './program.ts';
import * as S from './select-layout.ts';
import { addPath, isEmpty, keyEdge, newNode, numberSlots, writeNode } from './trie.ts';

/** The bytes of a plan, and what has to be done once after it has been copied into a memory. */
export interface Plan {
  readonly bytes: Uint8Array;
  /** Bytes behind those, which the engine works in. */
  readonly workBytes: number;
  readonly slotCount: number;
  /** Sets of `in`: the engine hashes `count` items at `items` into the table of `set` (all relative to the plan). */
  readonly sets: readonly SetItems[];
  /** Collect root keys that the plan does not know (csv and tsv whose columns were not given). */
  readonly trackKeys: boolean;
  /**
   * Slot numbers of every path of the program, then of every column or field, then of those that edits ask for:
   * whether the path ever occurred is seen there. Of several classes: of the paths of the gate, of all programs but
   * those of followers, and then of all columns, each in their order.
   */
  readonly pathSlots: readonly (readonly number[])[];
  /** Classes that have outputs of their own in a block; 0 when the block's output is the only one. */
  readonly classCount: number;
  /** How deep paths look into JSON in the text of JSON; 0: not at all. */
  readonly jsonLevels: number;
  /** Records are edited, which needs room for one. */
  readonly hasEdits: boolean;
  /** What is set to the value at another path, whose number is that in `pathSlots`. */
  readonly copied: readonly Copied[];
  /** Columns say where a record is from: the host writes that into each block (EngineMemory.setOrigin). */
  readonly asksOrigin: boolean;
}

const encoder = new TextEncoder();

function writeColumns(writer: Writer, columns: readonly Column[], firstPath: number): number {
  const at = writer.reserve(columns.length * L.COLUMN_BYTES);
  columns.forEach((column, i) => {
    const label = encoder.encode(`,${JSON.stringify(column.name)}:`);
    const place = at + i * L.COLUMN_BYTES;
    writer.i32(place + L.C_PATH, firstPath + i);
    writer.i32(place + L.C_LABEL, writer.put(label));
    writer.i32(place + L.C_LABEL_BYTES, label.length);
  });
  return at;
}

const emitKinds = {
  lines: L.EMIT_LINES,
  ndjson: L.EMIT_NDJSON,
  csv: L.EMIT_CSV,
  tsv: L.EMIT_TSV,
  nothing: L.EMIT_NOTHING,
  rows: L.EMIT_ROWS,
} as const;

/** What is encoded: the programs, those of classes last, and what each class writes. */
interface Task {
  readonly programs: readonly Program[];
  readonly classes: readonly OutputClass[];
  /** Lists of classes (plan-classes.ts). */
  readonly chains: readonly (readonly number[])[];
  readonly trackKeys: boolean;
}

/**
 * Encodes what is to be done with each record. `first` decides which records match.
 * @param trackKeys collect the root keys of matching records that neither the program nor the projection names
 */
export function buildPlan(first: Program, projection: Projection, trackKeys = false): Plan {
  const second = projection.to === 'rows' ? projection.select : undefined;
  const programs = second === undefined ? [first] : [first, second];
  return encode({ programs, classes: [{ program: first, projection }], chains: [], trackKeys });
}

/** Beside the classes of a plan. */
export interface Routing {
  /**
   * Lists of classes by number: of a list only the first class whose program holds takes a record. A class that is in
   * none takes every record for which its program holds. Default: none are grouped.
   */
  readonly groups?: readonly (readonly number[])[];
  /** Only records that it accepts are given to the classes; the others do not match. Default: all match. */
  readonly gate?: Program;
  /** As for buildPlan; needs a plan of one class. */
  readonly trackKeys?: boolean;
}

/**
 * Encodes what each class of output is to get: a record goes to all classes whose programs hold, in one pass. One
 * class without a gate is what buildPlan makes.
 * @throws RangeError for more than MAX_CLASSES, for groups and followers that are not of the classes, and for what one
 * class alone can have
 */
export function buildClassPlan(classes: readonly OutputClass[], routing: Routing = {}): Plan {
  const { groups = [], gate, trackKeys = false } = routing;
  const chains = chainsOf(classes, groups);
  const [{ program, projection }] = classes as readonly [OutputClass];
  if (classes.length === 1 && (gate === undefined || projection.to === 'rows')) {
    if (gate !== undefined) throw new RangeError('rows for a plugin have no gate; their first program is one');
    return buildPlan(program, projection, trackKeys);
  }
  if (trackKeys) {
    throw new RangeError('columns are found in the data by one output class alone; name the fields of each route');
  }
  const everything: Program = { paths: [], tests: [], entry: L.ACCEPT_TARGET };
  const own = classes.map((one) => (one.follows === undefined ? one.program : everything));
  const programs = [gate ?? everything, ...own];
  return encode({ programs, classes, chains, trackKeys });
}

const columnsOf = ({ projection }: OutputClass): readonly Column[] =>
  'columns' in projection ? projection.columns : [];

/** The trie of all paths, and what was found in it for each. */
function plant(paths: readonly Path[], columns: readonly Column[]) {
  const root = newNode();
  const found = paths.map((path) => addPath(root, path));
  for (const { path } of columns) {
    const first = path.steps[0];
    if (first?.kind === 'key') keyEdge(root, first.key).isColumn = true;
    if (path.wholeKey !== undefined) keyEdge(root, path.wholeKey).isColumn = true;
  }
  return { root, found };
}

/** The columns of a class, and the edits that come before them. */
interface Form {
  readonly columns: readonly Column[];
  readonly editor: EditWriter | undefined;
}

function formOf(one: OutputClass): Form {
  const edits = 'edits' in one.projection ? one.projection.edits : undefined;
  return { columns: columnsOf(one), editor: edits && new EditWriter(edits) };
}

/** The path of a column that is not looked for in the record as it was read. */
const elsewhere: Path = { text: '', wholeKey: undefined, steps: [] };

/** Writes the edits of each form. @returns where they are, 0 for a form without */
function writeEdits(
  writer: Writer,
  forms: readonly Form[],
  firstColumn: number,
  slots: readonly PlaceSlots[],
  editedSlots: ReadonlyMap<number, number>,
): number[] {
  let column = firstColumn;
  let firstPath = firstColumn + forms.reduce((sum, { columns }) => sum + columns.length, 0);
  return forms.map(({ columns, editor }) => {
    const own = columns.map((_, i) => editedSlots.get(column + i)!);
    column += columns.length;
    if (editor === undefined) return 0;
    const first = firstPath;
    firstPath += editor.paths.length;
    const place = { firstPath: first, slots: slots.slice(first, firstPath) };
    return editor.write(writer, place, columns, own);
  });
}

function encode({ programs, classes, chains, trackKeys }: Task): Plan {
  const [{ projection }] = classes as readonly [OutputClass];
  const columns = classes.flatMap(columnsOf);
  const forms = classes.map(formOf);
  const columnPaths = forms.flatMap(({ columns, editor }) =>
    columns.map(({ path }) => (editor === undefined || path.origin !== undefined ? path : elsewhere)),
  );
  const editPaths = forms.flatMap(({ editor }) => editor?.paths ?? []);
  const fields = projection.to === 'rows' ? projection.fields : [...columnPaths, ...editPaths];
  const program = join(programs, programs.length - classes.length, chains);
  const { root, found } = plant([...program.paths, ...fields], editPaths.length > 0 ? [] : columns);
  const parents = numberSlots(root);
  // Of what is below a value, columns have slots of their own.
  const firstColumn = program.paths.length;
  const below = fields.flatMap(({ below = [], origin }, i) =>
    below.length === 0 && origin === undefined ? [] : [{ below, origin, path: firstColumn + i }],
  );
  const foundSlots = new Map(below.map(({ path }) => [path, parents.push(L.NO_SLOT) - 1]));
  const edited = columnPaths.flatMap((path, i) => (path === elsewhere ? [firstColumn + i] : []));
  const editedSlots = new Map(edited.map((path) => [path, parents.push(L.NO_SLOT) - 1]));
  const slotCount = parents.length;

  const writer = new Writer();
  const header = writer.reserve(L.PLAN_HEADER_BYTES);
  writer.i32(header + L.P_ROOT, isEmpty(root) && !trackKeys ? 0 : writeNode(writer, root));
  writer.i32(header + L.P_SLOT_COUNT, slotCount);
  writer.i32(header + L.P_SLOT_PARENTS, writer.words(parents));
  writer.i32(header + L.P_ENTRY, program.entries[0]!);
  writer.i32(header + L.P_FIELD_PATH, program.paths.length);
  if (projection.to === 'rows') {
    writer.i32(header + L.P_SELECT, program.entries[1] ?? L.ACCEPT_TARGET);
    writer.i32(header + L.P_FIELD_COUNT, fields.length);
  }

  const paths = writer.reserve(found.length * L.PATH_BYTES);
  const placeSlots = found.map(({ whole, steps }) => ({
    whole: whole?.slot ?? L.NO_SLOT,
    steps: steps?.slot ?? L.NO_SLOT,
  }));
  const pathSlots = found.map(({ whole, steps }, i) => {
    const foundSlot = foundSlots.get(i) ?? editedSlots.get(i);
    if (foundSlot !== undefined) {
      writer.i32(paths + i * L.PATH_BYTES + L.PATH_WHOLE, L.NO_SLOT);
      writer.i32(paths + i * L.PATH_BYTES + L.PATH_STEPS, foundSlot);
      return [foundSlot];
    }
    writer.i32(paths + i * L.PATH_BYTES + L.PATH_WHOLE, whole?.slot ?? L.NO_SLOT);
    writer.i32(paths + i * L.PATH_BYTES + L.PATH_STEPS, steps?.slot ?? L.NO_SLOT);
    return [whole, steps].flatMap((edge) => (edge === undefined ? [] : [edge.slot]));
  });
  writer.i32(header + L.P_PATHS, paths);
  const searches: Found[] = below.map(({ below, origin, path }) => ({
    below,
    origin,
    slot: foundSlots.get(path)!,
    ...placeSlots[path]!,
  }));
  writer.i32(header + B.P_FOUND, writeFound(writer, searches));
  writer.i32(header + B.P_FOUND_COUNT, searches.length);

  const { at: tests, sets } = writeTests(writer, program.tests, program.paths, pathSlots);
  writer.i32(header + L.P_TESTS, tests);
  const places = writeColumns(writer, columns, program.paths.length);
  const edits = writeEdits(writer, forms, firstColumn, placeSlots, editedSlots);
  if (chains.length > 0) writeClasses(writer, header, { classes, columns: places, edits, chains: program.chains });
  else {
    writer.i32(header + E.P_EDIT, edits[0]!);
    writer.i32(header + L.P_EMIT, emitKinds[projection.to]);
    writer.i32(header + L.P_COLUMNS, places);
    writer.i32(header + L.P_COLUMN_COUNT, columns.length);
    writer.i32(header + S.P_FORM, formAt(writer, projection));
  }
  const classCount = chains.length > 0 ? classes.length : 0;
  const levels = jsonLevels([...program.paths, ...fields, ...columns.map(({ path }) => path)]);
  return {
    ...writer.finish(),
    slotCount,
    sets,
    trackKeys,
    pathSlots,
    classCount,
    jsonLevels: levels,
    hasEdits: edits.some((at) => at > 0),
    copied: copiedOf(forms, firstColumn + columnPaths.length),
    asksOrigin: fields.some(({ origin }) => origin !== undefined),
  };
}

/** Classes, and where what they write is. */
interface ClassParts {
  readonly classes: readonly OutputClass[];
  readonly columns: number;
  readonly edits: readonly number[];
  readonly chains: readonly number[];
}

function writeClasses(writer: Writer, header: number, { classes, columns: first, edits, chains }: ClassParts): void {
  let columns = first;
  const at = writer.reserve(classes.length * L.CLASS_BYTES);
  classes.forEach((one, i) => {
    const { to } = one.projection;
    const { length } = columnsOf(one);
    writer.i32(at + i * L.CLASS_BYTES + L.CL_EMIT, emitKinds[to]);
    writer.i32(at + i * L.CLASS_BYTES + L.CL_COLUMNS, columns);
    writer.i32(at + i * L.CLASS_BYTES + L.CL_COLUMN_COUNT, length);
    writer.i32(at + i * L.CLASS_BYTES + E.CL_EDIT, edits[i]!);
    writer.i32(at + i * L.CLASS_BYTES + S.CL_FORM, formAt(writer, one.projection));
    columns += length * L.COLUMN_BYTES;
    const isTable = to === 'csv' || to === 'tsv';
    writer.i32(at + i * L.CLASS_BYTES + L.CL_FLAGS, isTable && one.takesAny !== true ? L.CLASS_OBJECTS : 0);
  });
  followers(classes).forEach((next, i) => {
    writer.i32(at + i * L.CLASS_BYTES + L.CL_NEXT, next + 1);
  });
  writer.i32(header + L.P_EMIT, L.EMIT_CLASSES);
  writer.i32(header + L.P_CLASSES, at);
  writer.i32(header + L.P_CLASS_COUNT, classes.length);
  writer.i32(header + L.P_CHAINS, writer.words(chains));
  writer.i32(header + L.P_CHAIN_COUNT, chains.length);
  writer.i32(header + L.P_TAKERS, writer.reserve(classes.length * 4));
}
