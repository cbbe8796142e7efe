/**
 * The graph as a picture. It is drawn anew when it is another one or has another width; every second only its words,
 * widths of lines and states change, so that the focus stays where it is.
 */
import { drawn, setAll, setText } from './dom.ts';
import { edgeIn } from './figures.ts';
import { type Layout, type Line, layoutOf } from './layout.ts';
import { flowWords, isOver, stateWords, type View } from './view.ts';
import { byteWords, countWords, cut, exactWords } from './words.ts';

type DrawnNode = View['status']['graph']['nodes'][number];
type DrawnRoute = View['status']['graph']['edges'][number];

interface NodePicture {
  readonly link: SVGAElement;
  readonly figure: SVGTextElement;
  readonly queue: SVGRectElement | undefined;
  /** Of a full one. */
  readonly queueWidth: number;
  readonly tag: SVGTextElement;
}

interface RoutePicture {
  readonly group: SVGGElement;
  readonly line: SVGPathElement;
  readonly flow: SVGPathElement;
  readonly pill: SVGRectElement;
  readonly rate: SVGTextElement;
}

const INSET = 14;
const DIGIT_PX = 7;
const LETTER_PX = 6.3;

export class GraphView {
  readonly #frame: HTMLElement;
  #key = '';
  #nodes: readonly NodePicture[] = [];
  #routes: readonly RoutePicture[] = [];
  #last: View | undefined;

  /** @param frame what the picture is to fill */
  constructor(frame: HTMLElement) {
    this.#frame = frame;
    new ResizeObserver(() => {
      if (this.#last !== undefined) this.show(this.#last);
    }).observe(frame);
  }

  show(view: View): void {
    this.#last = view;
    const width = this.#frame.clientWidth;
    if (width === 0) return;
    const { graph, run } = view.status;
    const key = `${run} ${width}`;
    if (key !== this.#key) this.#draw(view, layoutOf(graph.nodes, graph.edges, width));
    this.#key = key;
    for (const [i, picture] of this.#nodes.entries()) updateNode(picture, graph.nodes[i]!, view);
    for (const [i, picture] of this.#routes.entries()) updateRoute(picture, i, view);
  }

  #draw({ status: { graph } }: View, layout: Layout): void {
    const { width, height, boxes, lines, isWide } = layout;
    const picture = drawn('svg', {
      ...{ width, height, viewBox: `0 0 ${width} ${height}`, role: 'group' },
      'aria-label': `Graph: ${graphWords(graph.nodes)}. The table has the same.`,
    });
    const head = drawn('path', { d: 'M0 0L8 4L0 8Z' });
    const marker = {
      id: 'head',
      viewBox: '0 0 8 8',
      refX: 1,
      refY: 4,
      markerWidth: 8,
      markerHeight: 8,
      orient: 'auto',
    };
    picture.append(drawn('defs', {}, drawn('marker', { ...marker, markerUnits: 'userSpaceOnUse' }, head)));
    this.#routes = graph.edges.map((route, i) => drawRoute(route, lines[i]!, isWide));
    this.#nodes = graph.nodes.map((node, i) => drawNode(node, i, boxes[i]!, node.name === graph.rejects));
    // The focus goes from left to right, and down.
    const order = [...boxes.keys()].sort((i, j) => boxes[i]!.x - boxes[j]!.x || boxes[i]!.y - boxes[j]!.y);
    picture.append(...this.#routes.map(({ group }) => group), ...order.map((i) => this.#nodes[i]!.link));
    this.#frame.replaceChildren(picture);
  }
}

function graphWords(nodes: readonly DrawnNode[]): string {
  const counts = (['source', 'plugin', 'sink'] as const).map((kind) => {
    const count = nodes.filter((node) => node.kind === kind).length;
    return `${count} ${kind}${count === 1 ? '' : 's'}`;
  });
  return counts.join(', ');
}

function drawNode(
  { name, kind, type }: DrawnNode,
  index: number,
  { x, y, width, height }: Layout['boxes'][number],
  isForRejects: boolean,
): NodePicture {
  const text = (className: string, at: number, words = ''): SVGTextElement =>
    drawn('text', { class: className, x: INSET, y: at }, words);
  const top = (height - 84) / 2;
  const most = Math.floor((width - 2 * INSET) / 8.2);
  const kindText = kind === 'plugin' ? kind : `${kind} · ${type}${isForRejects ? ' · rejects' : ''}`;
  const figure = text('figure', top + 61);
  const tag = drawn('text', { class: 'tag', x: width - INSET, y: top + 22, 'text-anchor': 'end' });
  const track = { x: INSET, y: top + 70, height: 4, rx: 2 };
  const queue = kind === 'sink' && type !== 'drop' ? drawn('rect', { ...track, class: 'queue', width: 0 }) : undefined;
  const link = drawn(
    'a',
    { class: `node ${kind}`, href: `#${kind}-${index}`, transform: `translate(${x} ${y})` },
    drawn('title', {}, name),
    drawn('rect', { class: 'box', width, height, rx: 10 }),
    drawn('rect', { class: 'edge', x: 0, y: 10, width: 3, height: height - 20, rx: 1.5 }),
    text('kind', top + 22, kindText),
    text('name', top + 42, cut(name, most)),
    figure,
    tag,
    ...(queue === undefined ? [] : [drawn('rect', { ...track, class: 'track', width: width - 2 * INSET }), queue]),
  );
  return { link, figure, queue, queueWidth: width - 2 * INSET, tag };
}

function drawRoute({ where, from, to, first }: DrawnRoute, line: Line, isWide: boolean): RoutePicture {
  const { x, y, width } = line.label;
  const condition = where ?? (first === undefined ? '' : 'the rest');
  const path = { d: line.d, fill: 'none' };
  const base = drawn('path', { ...path, class: 'line', 'marker-end': 'url(#head)' });
  const flow = drawn('path', { ...path, class: 'flow' });
  const pill = drawn('rect', { class: 'pill', y: y - 10, height: 20, rx: 10 });
  const rate = drawn('text', { class: 'rate', 'text-anchor': 'end', x: isWide ? x - 9 : x + width, y: y + 4 });
  const words = isWide ? cut(condition, Math.floor(width / LETTER_PX)) : narrowWords(from, condition, width - 90);
  const where1 = isWide ? { x: x - 2, y: y - 15, 'text-anchor': 'end' } : { x, y: y + 4 };
  const group = drawn(
    'g',
    { class: 'route', 'aria-hidden': 'true' },
    drawn('title', {}, `${from} → ${to}${condition === '' ? '' : `: ${condition}`}`),
    ...[base, flow, ...(isWide ? [pill] : []), drawn('text', { ...where1, class: 'where' }, words), rate],
  );
  return { group, line: base, flow, pill, rate };
}

function narrowWords(from: string, condition: string, width: number): string {
  const most = Math.floor(width / LETTER_PX);
  return cut(condition === '' ? `from ${from}` : `from ${cut(from, 16)}: ${condition}`, most);
}

function updateNode({ link, figure, queue, queueWidth, tag }: NodePicture, node: DrawnNode, view: View): void {
  const { words, state, tagText, label } = nodeWords(node, view);
  setText(figure, words);
  setText(tag, tagText);
  setAll(link, { 'data-state': state, 'aria-label': label });
  if (queue === undefined) return;
  const share = queueShare(node.name, view);
  setAll(queue, { width: Math.round(share * queueWidth), 'data-full': share > 0.85 ? 'yes' : undefined });
}

/** How full the buffer of a sink is, from 0 to 1. */
export function queueShare(name: string, { status, stats }: View): number {
  const most = status.sinks[name]?.bufferBytes ?? 0;
  return most === 0 ? 0 : Math.min(1, (stats?.sinks[name]?.buffered ?? 0) / most);
}

interface NodeWords {
  readonly words: string;
  readonly state: string;
  readonly tagText: string;
  readonly label: string;
}

function nodeWords({ name, kind, type }: DrawnNode, view: View): NodeWords {
  const { stats, status } = view;
  const unit = isOver(view) ? ' records' : '';
  if (kind === 'plugin') {
    const rate = flowWords(view, ({ nodes }) => nodes[name]?.records ?? 0);
    const rejected = stats?.nodes[name]?.rejected ?? 0;
    const more = rejected === 0 ? '' : ` · ${countWords(rejected)} rejected`;
    const label = `plugin ${name}: ${rate}${more}`;
    return { words: `${rate}${unit}${more}`, state: 'ok', tagText: '', label };
  }
  const end = (kind === 'source' ? status.sources : status.sinks)[name] ?? { state: 'ok', words: '' };
  const waitingMs = isOver(view) ? 0 : (stats?.sinks[name]?.waitingMs ?? 0);
  const state = end.state === 'ok' && waitingMs >= 1000 ? 'slow' : end.state;
  const trouble = state === 'ok' ? '' : stateWords(end, waitingMs);
  const rate = flowWords(view, (report) =>
    kind === 'source' ? (report.sources[name]?.records ?? 0) : (report.sinks[name]?.records ?? 0),
  );
  const more = kind === 'source' ? sourceWords(name, view) : sinkWords(name, view);
  const words = trouble === '' ? `${rate}${unit}${more}` : cut(trouble, 26);
  const tags: Readonly<Record<string, string>> = { waiting: 'stuck', away: 'away', closed: 'closed', slow: 'slow' };
  const label = [`${kind} ${name}, ${type}`, `${rate}${more}`, trouble].filter((part) => part !== '').join(': ');
  return { words, state, tagText: tags[state] ?? '', label };
}

function sourceWords(name: string, { stats }: View): string {
  const { units = 0, inFlight = 0 } = stats?.sources[name] ?? {};
  return units === 0 ? '' : ` · ${exactWords(inFlight)} in flight`;
}

function sinkWords(name: string, { stats }: View): string {
  const buffered = stats?.sinks[name]?.buffered ?? 0;
  return buffered === 0 ? '' : ` · ${byteWords(buffered)} queued`;
}

function updateRoute({ group, line, flow, pill, rate }: RoutePicture, index: number, view: View): void {
  const routes = view.status.graph.edges;
  const pick = (report: NonNullable<View['stats']>): number => edgeIn(report, routes, index)?.records ?? 0;
  const perSecond = isOver(view) || view.contact === 'lost' ? 0 : view.figures.rate(pick);
  const words = flowWords(view, pick);
  setText(rate, words);
  const end = view.status.sinks[routes[index]!.to];
  const isHeld = end !== undefined && end.state !== 'ok' && end.state !== 'closed';
  setAll(group, {
    'data-speed': perSecond === 0 ? 0 : perSecond < 100 ? 1 : perSecond < 10_000 ? 2 : 3,
    'data-held': isHeld ? 'yes' : undefined,
  });
  const width = perSecond === 0 ? 1.5 : Math.min(6, 1.5 + Math.log10(1 + perSecond) * 0.7);
  for (const path of [line, flow]) setAll(path, { 'stroke-width': width.toFixed(1) });
  const wide = words.length * DIGIT_PX + 18;
  setAll(pill, { x: Number(rate.getAttribute('x')) + 9 - wide, width: wide });
}
