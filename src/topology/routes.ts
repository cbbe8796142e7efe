/**
 * `routes`: arrow text, {from, to, where} and {from, first: […]} become edges, one from a node to a node each.
 */
import type { OutputFormat } from '../config/settings.ts';
import { excerpt, quoted } from '../text/printable.ts';
import type { Draft, Drafts, Role } from './drafts.ts';
import { entryOf, isNothing, type MapNode, type Node, type Scalar, scalarNode, shapeOf } from './node.ts';
import { type Place, shortPlace } from './problem.ts';
import { cellKeys, readCells } from './route-cells.ts';
import { editKeys, readEdits } from './route-edits.ts';
import { readWhere } from './selectors.ts';
import type { Projection, Where } from './topology.ts';
import { placeIn } from './variables.ts';
import { type WalkContext, type Walked, walk } from './walk.ts';

/** An edge before its sink's projection is known to it. */
export interface DraftEdge {
  readonly from: Draft;
  readonly to: Draft;
  readonly where: Where | undefined;
  readonly group: number;
  readonly branch: number;
  /** What the route itself says. */
  readonly projection: Partial<Projection>;
  readonly place: Place;
  readonly path: string;
}

export interface FirstGroup {
  readonly number: number;
  readonly from: string;
  readonly place: Place;
  readonly path: string;
  /** Some branch takes what is left. */
  readonly hasRest: boolean;
}

export interface DraftRoutes {
  readonly edges: readonly DraftEdge[];
  readonly groups: readonly FirstGroup[];
}

/** Two lists of names make a route for each pair. */
const MAX_EDGES = 10_000;

const isArrow = /(?:^|\s)->(?:\s|$)/;

/** All routes. Problems are reported, and what is wrong is left out. */
export function readRoutes(top: MapNode, drafts: Drafts, context: WalkContext): DraftRoutes {
  const node = entryOf(top, 'routes')?.value;
  if (node === undefined || isNothing(node)) return { edges: [], groups: [] };
  const reader = new RouteReader(drafts, context);
  if (node.kind === 'list') {
    for (const [i, item] of node.items.entries()) reader.read(item, `routes[${i}]`);
  } else {
    const hint = 'Write routes: [ stdin -> mapper -> stdout ]';
    context.problems.error({
      code: 'type',
      message: `routes: ${shapeOf(node)} is no list`,
      place: node.place,
      path: 'routes',
      hint,
    });
  }
  return reader;
}

class RouteReader implements DraftRoutes {
  readonly edges: DraftEdge[] = [];
  readonly groups: FirstGroup[] = [];
  readonly #keys = new Set<string>();
  #isFull = false;
  readonly #drafts: Drafts;
  readonly #context: WalkContext;

  constructor(drafts: Drafts, context: WalkContext) {
    this.#drafts = drafts;
    this.#context = context;
  }

  read(node: Node, path: string): void {
    if (node.kind === 'scalar' && !isNothing(node)) this.#arrow(node, path);
    else if (node.kind === 'map') this.#map(node, path);
    else
      this.#error(
        'type',
        `a route is text or a map, not ${shapeOf(node)}`,
        node.place,
        path,
        'Write a -> b, or { from: a, to: b }.',
      );
  }

  #error(code: string, message: string, place: Place, path: string, hint?: string): void {
    this.#context.problems.error({ code, message, place, path, hint });
  }

  /** `files, hook -> geo -> out, archive` */
  #arrow(text: Scalar, path: string): void {
    const stages = splitAt(text, /(?:^|\s+)->(?=\s|$)/g);
    if (stages.length < 2) {
      const hint = /->/.test(text.text)
        ? 'There is a space on both sides of ->.'
        : `For example: ${excerpt(text.text.trim(), 60)} -> stdout`;
      this.#error('route', `${quoted(text.text, 80)} is no route`, text.place, path, hint);
      return;
    }
    let before: readonly Draft[] | undefined;
    for (const [i, stage] of stages.entries()) {
      const role: Role = i === 0 ? 'from' : i === stages.length - 1 ? 'to' : 'through';
      const words = wordsOf(stage);
      if (words.some((word) => word.text === '')) {
        this.#error('route', `a name is missing ${i === 0 ? 'before' : 'behind'} ->`, text.place, path);
        return;
      }
      if (role === 'through' && words.length > 1) {
        const hint = 'Write two routes.';
        this.#error(
          'route',
          `${quoted(stage.text, 60)}: in the middle of a route stands one name`,
          stage.place,
          path,
          hint,
        );
        return;
      }
      const nodes = words.map((word) => this.#drafts.resolve(word, role, path)).filter((draft) => draft !== undefined);
      const plain = { where: undefined, group: -1, branch: 0, projection: {}, path };
      for (const from of before ?? []) for (const to of nodes) this.#add({ ...plain, from, to, place: stage.place });
      before = nodes;
    }
  }

  #map(node: MapNode, path: string): void {
    const { table } = this.#context;
    const walked = walk(node, table.route, path, this.#context);
    const from = this.#nodes(walked, 'from', 'from');
    const first = walked.entries.get('first');
    const to = walked.entries.get('to');
    if (first !== undefined && to !== undefined) {
      this.#error(
        'route',
        'to and first cannot both be in a route',
        first.keyPlace,
        path,
        'A branch of first has its own to.',
      );
    } else if (first !== undefined) {
      for (const key of ['where', 'time-unit', 'format', 'fields', 'header', ...editKeys, ...cellKeys]) {
        const entry = walked.entries.get(key);
        if (entry !== undefined)
          this.#error('route', `${key} stands in the branches of first`, entry.keyPlace, `${path}.${key}`);
      }
      this.#first(first.value, from, `${path}.first`);
    } else if (to === undefined) {
      this.#error(
        'missing-key',
        'a route needs to, or first',
        { ...node.place, length: 1 },
        path,
        'Write to: NAME, or first: [ … ].',
      );
    } else {
      const where = this.#where(walked);
      const about = { where, group: -1, branch: 0, projection: this.#projection(walked), path };
      const targets = this.#nodes(walked, 'to', 'to');
      for (const source of from)
        for (const target of targets) this.#add({ ...about, from: source, to: target, place: node.place });
    }
  }

  #first(node: Node, from: readonly Draft[], path: string): void {
    if (node.kind !== 'list' || node.items.length === 0) {
      const what = node.kind === 'list' ? 'has no branches' : `${shapeOf(node)} is no list`;
      this.#error('route', `first: ${what}`, node.place, path, 'Write first: [ { where: …, to: … }, { to: … } ].');
      return;
    }
    const groups = from.map((draft) => ({ draft, number: this.groups.length + from.indexOf(draft) }));
    let rest: MapNode | undefined;
    for (const [i, item] of node.items.entries()) {
      const below = `${path}[${i}]`;
      if (item.kind !== 'map') {
        this.#error(
          'type',
          `a branch of first is a map, not ${shapeOf(item)}`,
          item.place,
          below,
          'Write { where: …, to: NAME }.',
        );
        continue;
      }
      const walked = walk(item, this.#context.table.branch, below, this.#context);
      const where = this.#where(walked);
      const projection = this.#projection(walked);
      if (rest !== undefined) {
        const message = `this branch is never reached: the one at ${shortPlace(rest.place)} takes everything`;
        this.#error('unreachable', message, item.place, below, 'A branch without where is the last.');
      }
      if (!walked.entries.has('where')) rest ??= item;
      for (const to of this.#nodes(walked, 'to', 'to')) {
        for (const { draft, number } of groups) {
          this.#add({ from: draft, to, where, group: number, branch: i, projection, place: item.place, path: below });
        }
      }
    }
    for (const { draft, number } of groups) {
      this.groups.push({ number, from: draft.name, place: node.place, path, hasRest: rest !== undefined });
    }
  }

  #where({ entries, settings, path }: Walked): Where | undefined {
    const entry = entries.get('where');
    return entry && readWhere(entry.value, `${path}.where`, this.#context, settings.text('time-unit'));
  }

  #projection(walked: Walked): Partial<Projection> {
    return readProjection(walked, this.#context);
  }

  /** The nodes of `from` and `to`: a name, or a list. */
  #nodes({ entries, path }: Walked, key: string, role: Role): Draft[] {
    const entry = entries.get(key);
    if (entry === undefined) return [];
    const { value } = entry;
    const below = `${path}.${key}`;
    const items = value.kind === 'list' ? value.items : [value];
    if (items.length === 0) this.#error('route', `${key}: the list is empty`, value.place, below);
    return items.flatMap((item, i) => {
      const at = value.kind === 'list' ? `${below}[${i}]` : below;
      if (item.kind !== 'scalar' || isNothing(item)) {
        this.#error('type', `${key}: ${shapeOf(item)} is no node; write a name or a list`, item.place, at);
        return [];
      }
      if (isArrow.test(item.text)) {
        this.#error(
          'route',
          `${key} takes names; arrows stand in a route of their own`,
          item.place,
          at,
          `Write - ${excerpt(item.text, 60)}`,
        );
        return [];
      }
      const draft = this.#drafts.resolve(item, role, at);
      return draft === undefined ? [] : [draft];
    });
  }

  #add(edge: DraftEdge): void {
    const { from, to, group, branch, place, path } = edge;
    if (this.edges.length >= MAX_EDGES) {
      if (!this.#isFull) this.#error('route', `there are more than ${MAX_EDGES} routes from node to node`, place, path);
      this.#isFull = true;
      return;
    }
    const key = JSON.stringify([from.name, to.name, group, branch, path]);
    if (this.#keys.has(key)) this.#error('route', `${quoted(to.name, 60)} is there twice`, place, path);
    else this.edges.push(edge);
    this.#keys.add(key);
  }
}

/** What a route or a sink says of the output. */
export function readProjection(walked: Walked, context: WalkContext): Partial<Projection> {
  const { values } = context;
  const { settings, entries, path } = walked;
  const edits = readEdits(walked, context);
  const cells = readCells(walked, context);
  const fields = entries.get('fields');
  const list = fields && values.fields(fields.value, `${path}.fields`);
  return {
    ...(settings.has('format') && !settings.isDefault('format')
      ? { format: settings.text('format') as OutputFormat }
      : {}),
    ...(list === undefined ? {} : { fields: list }),
    ...(edits === undefined ? {} : { edits }),
    ...(cells === undefined ? {} : { cells }),
    ...(settings.has('header') && !settings.isDefault('header') ? { header: settings.boolean('header') } : {}),
  };
}

/** The parts of a scalar between the matches, without the blanks around them, each with its place. */
function splitAt(scalar: Scalar, pattern: RegExp): Scalar[] {
  const parts: Scalar[] = [];
  let from = 0;
  const add = (to: number) => {
    const whole = scalar.text.slice(from, to);
    const start = from + whole.length - whole.trimStart().length;
    const text = whole.trim();
    const offsets = scalar.offsets?.slice(start, start + text.length + 1);
    parts.push(scalarNode(text, placeIn(scalar, start, text.length), { offsets, variable: scalar.variable }));
  };
  for (const match of scalar.text.matchAll(pattern)) {
    add(match.index);
    from = match.index + match[0].length;
  }
  add(scalar.text.length);
  // A variable belongs to the part that it stands in, unless what it holds makes several of one.
  const raws = scalar.raw?.split(pattern).map((raw) => raw.trim());
  if (raws?.length !== parts.length) return parts;
  return parts.map((part, i) => {
    const raw = raws[i]!;
    return raw.includes('${') ? { ...part, raw } : { ...part, variable: undefined };
  });
}

/** Commas separate names; in a URL only a comma with a blank behind it does. */
function wordsOf(stage: Scalar): Scalar[] {
  return splitAt(stage, /[:/]/.test(stage.text) ? /,\s+|,$/g : /,/g);
}
