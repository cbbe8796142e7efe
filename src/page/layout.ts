/**
 * Where nodes and routes are drawn. Where there is room, in columns: sources left, sinks right, plugins between them,
 * and a route that passes a column has a place of its own in it. On a narrow screen one node below the other, each
 * with the routes that lead to it above it, whose lines run in the margin.
 */

export interface LaidNode {
  readonly name: string;
  readonly kind: 'source' | 'plugin' | 'sink';
}

export interface LaidRoute {
  readonly from: string;
  readonly to: string;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Line {
  /** Of a path. */
  readonly d: string;
  /** Where its words end (wide) or lie (narrow), and how long they may be. */
  readonly label: { readonly x: number; readonly y: number; readonly width: number };
}

export interface Layout {
  readonly isWide: boolean;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}

const BOX = { width: 196, height: 84 } as const;
/** Between nodes of a column, and between the ends of two routes at a node. */
const GAP = 26;
const PORT = 40;
const MIN_CHANNEL = 112;
const MAX_CHANNEL = 360;
const MARGIN = 4;
/** A screen that is narrower has no columns. */
export const NARROW = 720;

/** @param width of the drawing, in pixels; what does not fit becomes wider */
export function layoutOf(nodes: readonly LaidNode[], routes: readonly LaidRoute[], width: number): Layout {
  return width < NARROW ? stacked(nodes, routes, width) : inColumns(nodes, routes, width);
}

/** How many routes lie before each node, at most; sinks are the last column. */
export function columnsOf(nodes: readonly LaidNode[], routes: readonly LaidRoute[]): readonly number[] {
  const depths = new Map<string, number>(nodes.map(({ name }) => [name, 0]));
  // There is no circle, so that this ends after as many rounds as there are nodes.
  for (let round = 0; round < nodes.length; round++) {
    for (const { from, to } of routes) {
      depths.set(to, Math.max(depths.get(to) ?? 0, (depths.get(from) ?? 0) + 1));
    }
  }
  const last = Math.max(1, ...depths.values());
  return nodes.map(({ name, kind }) => (kind === 'sink' ? last : depths.get(name)!));
}

/** A node, or a place that a route passes. */
interface Slot {
  readonly column: number;
  readonly height: number;
  y: number;
  readonly before: Slot[];
  readonly after: Slot[];
}

function inColumns(nodes: readonly LaidNode[], routes: readonly LaidRoute[], width: number): Layout {
  const columns = columnsOf(nodes, routes);
  const count = Math.max(0, ...columns) + 1;
  const free = (width - 2 * MARGIN - count * BOX.width) / Math.max(1, count - 1);
  const channel = Math.min(MAX_CHANNEL, Math.max(MIN_CHANNEL, Math.floor(free)));
  const arriving = (name: string): number => routes.filter(({ to }) => to === name).length;
  const slots = nodes.map(({ name }, i): Slot => {
    const height = Math.max(BOX.height, arriving(name) * PORT + 12);
    return { column: columns[i]!, height, y: 0, before: [], after: [] };
  });
  const slotOf = new Map(nodes.map(({ name }, i) => [name, slots[i]!]));
  const chains = routes.map(({ from, to }) => chainOf(slotOf.get(from)!, slotOf.get(to)!));
  const passed = chains.flatMap((chain) => chain.slice(1, -1));
  const height = placeSlots([...slots, ...passed], count);
  const used = MARGIN * 2 + count * BOX.width + (count - 1) * channel;
  const left = Math.max(0, (width - used) / 2) + MARGIN;
  const x = (column: number): number => left + column * (BOX.width + channel);
  const boxes = slots.map(({ column, y, height: high }) => ({ x: x(column), y, width: BOX.width, height: high }));
  const lines = chains.map((chain, i): Line => {
    const [start, end] = [chain[0]!, chain.at(-1)!];
    const from = portOf(
      start.y,
      start.height,
      rankOf(i, chains, (one) => one[0] === start, 1),
      22,
    );
    const to = portOf(
      end.y,
      end.height,
      rankOf(i, chains, (one) => one.at(-1) === end, -2),
      PORT,
    );
    const points = [
      [x(start.column) + BOX.width, from] as const,
      ...chain.slice(1, -1).flatMap((slot) => {
        const middle = slot.y + slot.height / 2;
        return [[x(slot.column), middle] as const, [x(slot.column) + BOX.width, middle] as const];
      }),
      [x(end.column) - 7, to] as const,
    ];
    return { d: curve(points), label: { x: x(end.column) - 12, y: to, width: channel - 34 } };
  });
  return { isWide: true, width: Math.max(width, used), height: height + 2 * MARGIN, boxes, lines };
}

/** From node to node, with a slot in each column between them. */
function chainOf(from: Slot, to: Slot): readonly Slot[] {
  const chain = [from];
  for (let column = from.column + 1; column < to.column; column++) {
    chain.push({ column, height: 24, y: 0, before: [], after: [] });
  }
  chain.push(to);
  for (const [i, slot] of chain.entries()) {
    if (i > 0) slot.before.push(chain[i - 1]!);
    if (i < chain.length - 1) slot.after.push(chain[i + 1]!);
  }
  return chain;
}

/** Puts each column in the order in which its neighbours lie, and in the middle. @returns the height of all */
function placeSlots(slots: readonly Slot[], count: number): number {
  const columns = Array.from({ length: count }, (_, column) => slots.filter((slot) => slot.column === column));
  const highs = columns.map((own) => own.reduce((sum, { height }) => sum + height + GAP, -GAP));
  const height = Math.max(BOX.height, ...highs);
  const stack = (column: number): void => {
    let y = MARGIN + (height - highs[column]!) / 2;
    for (const slot of columns[column]!) {
      slot.y = y;
      y += slot.height + GAP;
    }
  };
  for (const column of columns.keys()) stack(column);
  const sort = (column: number, neighbours: 'before' | 'after'): void => {
    const middle = (slot: Slot): number => {
      const others = slot[neighbours];
      // A sink for rejects has no routes.
      if (others.length === 0) return neighbours === 'before' ? Number.POSITIVE_INFINITY : slot.y + slot.height / 2;
      return others.reduce((sum, other) => sum + other.y + other.height / 2, 0) / others.length;
    };
    const wanted = new Map(columns[column]!.map((slot) => [slot, middle(slot)]));
    columns[column]!.sort((a, b) => wanted.get(a)! - wanted.get(b)!);
    stack(column);
  };
  for (let round = 0; round < 4; round++) {
    for (let column = 1; column < count; column++) sort(column, 'before');
    for (let column = count - 2; column >= 0; column--) sort(column, 'after');
  }
  return height;
}

/**
 * Of routes at one node, where each is in the order of its other ends.
 * @param at 1: what follows, -2: what is before
 */
function rankOf(
  index: number,
  chains: readonly (readonly Slot[])[],
  isThere: (chain: readonly Slot[]) => boolean,
  at: 1 | -2,
): { readonly rank: number; readonly of: number } {
  const middle = (chain: readonly Slot[]): number => chain.at(at)!.y + chain.at(at)!.height / 2;
  const own = [...chains.keys()]
    .filter((i) => isThere(chains[i]!))
    .sort((a, b) => middle(chains[a]!) - middle(chains[b]!));
  return { rank: own.indexOf(index), of: own.length };
}

const portOf = (y: number, height: number, { rank, of }: { rank: number; of: number }, gap: number): number =>
  y + height / 2 + (rank - (of - 1) / 2) * Math.min(gap, (height - 16) / Math.max(1, of));

/** Horizontal where it begins and ends, and across the columns that it passes. */
function curve(points: readonly (readonly [x: number, y: number])[]): string {
  const [[x0, y0], ...others] = points as [readonly [number, number], ...(readonly [number, number])[]];
  let [x, y] = [x0, y0];
  const parts = [`M${x0} ${round(y0)}`];
  for (const [toX, toY] of others) {
    const bend = Math.max(24, (toX - x) * 0.45);
    parts.push(toY === y ? `H${toX}` : `C${x + bend} ${round(y)} ${toX - bend} ${round(toY)} ${toX} ${round(toY)}`);
    [x, y] = [toX, toY];
  }
  return parts.join('');
}

const round = (value: number): number => Math.round(value * 10) / 10;

const ROW = 30;
const LANE = 9;
const STACK_GAP = 14;

function stacked(nodes: readonly LaidNode[], routes: readonly LaidRoute[], width: number): Layout {
  const columns = columnsOf(nodes, routes);
  const order = [...nodes.keys()].sort((a, b) => columns[a]! - columns[b]! || a - b);
  const lanes = lanesOf(nodes, routes, order);
  const left = MARGIN + (Math.max(-1, ...lanes) + 1) * LANE + 8;
  const boxes: Box[] = [];
  const rows: number[] = [];
  let y = MARGIN;
  for (const i of order) {
    for (const [r, { to }] of routes.entries()) {
      if (to !== nodes[i]!.name) continue;
      rows[r] = y + ROW / 2;
      y += ROW;
    }
    boxes[i] = { x: left, y, width: width - left - MARGIN, height: BOX.height };
    y += BOX.height + STACK_GAP;
  }
  const place = new Map(nodes.map(({ name }, i) => [name, boxes[i]!]));
  const lines = routes.map(({ from }, r): Line => {
    const box = place.get(from)!;
    const leaving = [...routes.keys()].filter((i) => routes[i]!.from === from);
    const start = portOf(box.y, box.height, { rank: leaving.indexOf(r), of: leaving.length }, 14);
    const x = left - 8 - lanes[r]! * LANE;
    const end = rows[r]!;
    const bend = Math.min(6, Math.abs(end - start) / 2);
    const d = `M${left} ${round(start)}H${x + bend}Q${x} ${round(start)} ${x} ${round(start + bend)}V${end - bend}Q${x} ${end} ${x + bend} ${end}H${left + 4}`;
    return { d, label: { x: left + 14, y: end, width: width - left - 14 - MARGIN } };
  });
  return { isWide: false, width, height: y - STACK_GAP + MARGIN, boxes, lines };
}

/** For each route the nearest lane of the margin in which no other one is on its way. */
function lanesOf(
  nodes: readonly LaidNode[],
  routes: readonly LaidRoute[],
  order: readonly number[],
): readonly number[] {
  const at = new Map(order.map((i, position) => [nodes[i]!.name, position]));
  const spans = routes.map(({ from, to }) => [at.get(from)!, at.get(to)!] as const);
  const lanes: number[] = [];
  const shortest = [...routes.keys()].sort((a, b) => spans[a]![1] - spans[a]![0] - (spans[b]![1] - spans[b]![0]));
  for (const r of shortest) {
    const [start, end] = spans[r]!;
    const taken = new Set(
      [...routes.keys()]
        .filter((other) => lanes[other] !== undefined && spans[other]![0] <= end && spans[other]![1] >= start)
        .map((other) => lanes[other]!),
    );
    let lane = 0;
    while (taken.has(lane)) lane++;
    lanes[r] = lane;
  }
  return lanes;
}
