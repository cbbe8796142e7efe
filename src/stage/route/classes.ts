/**
 * From the edges of a node to the classes of its stage: edges that want the same bytes of the same records share one.
 * Edges that want the same records in another form share the tests.
 */
import { asUsageError } from '../../config/selector-errors.ts';
import type { CellChoices, EditSettings, FieldSetting, OutputFormat, TimeUnit } from '../../config/settings.ts';
import type { Program } from '../../engine/program.ts';
import { compileBoth, type ListSelector } from '../../selector/index.ts';

/** Which records: all of `texts` hold, and one of `lists` when there are some. */
export interface Where {
  readonly texts: readonly string[];
  readonly lists: readonly ListSelector[] | undefined;
  /** Of times that are numbers. Default: by the size of each. */
  readonly timeUnit?: TimeUnit | undefined;
}

/** What is written of a record. `nothing`: it is only counted. */
export interface RouteForm {
  readonly format: OutputFormat | 'nothing';
  readonly fields: readonly FieldSetting[] | undefined;
  readonly header: boolean;
  readonly edits?: EditSettings | undefined;
  readonly cells?: CellChoices | undefined;
  /**
   * A record that is no object has a row of csv or tsv without values. Default: it is a bad line, and goes along no
   * edge.
   */
  readonly takesAny?: boolean;
}

/** An edge, as a topology has it. */
export interface RouteEdge {
  readonly where: Where | undefined;
  /** Edges with the same number are one `first` group; −1: none. */
  readonly group: number;
  /** In a group, the place of its branch; edges of one branch have the same tests. */
  readonly branch: number;
  readonly projection: RouteForm;
  /** `routes[1].first[0]` */
  readonly path: string;
}

/** Records that one or more edges want, in one form. */
export interface RouteClass {
  /** `routes[1]`: of the first of its edges, for messages. */
  readonly path: string;
  readonly program: Program;
  /** The expressions that the program was compiled from, for hints. */
  readonly texts: readonly string[];
  readonly form: RouteForm;
  /** The number of a class that takes the same records in another form; its program is the one that counts. */
  readonly follows?: number | undefined;
}

/** What the edges of a node ask of it. */
export interface Routes {
  readonly classes: readonly RouteClass[];
  /** Lists of classes, of which only the first takes a record. */
  readonly groups: readonly (readonly number[])[];
  /** For each edge, in their order, the number of its class. */
  readonly classOf: readonly number[];
}

/** All records: of edges without `where`. */
const everything: Where = { texts: [], lists: undefined };

/** Selectors that were compiled: a file may have the same one in many routes. */
export class WhereCompiler {
  readonly #known = new Map<string, Program>();
  readonly #directory: string | undefined;

  /** @param directory what names of files are relative to; default: where the program runs */
  constructor(directory?: string) {
    this.#directory = directory;
  }

  /**
   * The program of a selector, compiled once.
   * @param path of whatever has the selector, for messages
   * @throws UsageError
   */
  compile(where: Where | undefined, path: string): Program {
    const { texts, lists, timeUnit } = where ?? everything;
    const key = keyOf([texts, lists ?? null, timeUnit ?? null]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    try {
      const program = compileBoth(texts, lists, { directory: this.#directory, timeUnit });
      this.#known.set(key, program);
      return program;
    } catch (error) {
      throw asUsageError(error, `${path}.where`);
    }
  }
}

/**
 * The classes of the edges of one node.
 * @param edges in the order of the file; the branches of a group are tried in that of their numbers
 * @throws UsageError for a selector that cannot be compiled
 */
export function routesOf(edges: readonly RouteEdge[], compiler = new WhereCompiler()): Routes {
  const classes: RouteClass[] = [];
  const groups = new Map<number, { branch: number; number: number }[]>();
  /** By what selects, and by what selects and what is written. */
  const leaders = new Map<string, number>();
  const known = new Map<string, number>();
  const classOf = edges.map(({ where = everything, group, branch, projection, path }) => {
    const selects = keyOf(group < 0 ? [where.texts, where.lists ?? null, where.timeUnit ?? null] : [group, branch]);
    const { format, fields, header, takesAny, edits, cells } = projection;
    const whole = keyOf([selects, format, fields ?? null, header, takesAny === true, edits ?? null, cells ?? null]);
    const sharing = known.get(whole);
    if (sharing !== undefined) return sharing;
    const follows = leaders.get(selects);
    const number = classes.length;
    const program = compiler.compile(where, path);
    classes.push({ path, program, texts: where.texts, form: projection, follows });
    known.set(whole, number);
    if (follows !== undefined) return number;
    leaders.set(selects, number);
    if (group >= 0) groups.set(group, [...(groups.get(group) ?? []), { branch, number }]);
    return number;
  });
  const ordered = [...groups.values()].map((group) =>
    group.sort((a, b) => a.branch - b.branch).map(({ number }) => number),
  );
  return { classes, groups: ordered, classOf };
}

/** Numbers of lists may be too large for a double. */
const keyOf = (parts: readonly unknown[]): string =>
  JSON.stringify(parts, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
