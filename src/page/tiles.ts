/** The figures of the whole run at a glance, with their last minute. */
import type { TopologyReport } from '../pipeline/topology/report.ts';
import { drawn, element, setAll, setText } from './dom.ts';
import { sumOf } from './figures.ts';
import { flowWords, isOver, type View } from './view.ts';
import { byteWords, countWords, exactWords, timeWords } from './words.ts';

interface Tile {
  readonly title: string;
  readonly value: (view: View) => string;
  readonly more: (view: View) => string;
  readonly line?: (view: View) => readonly number[];
  readonly isBad?: (view: View) => boolean;
}

const read = ({ sources }: TopologyReport): number => sumOf(sources, 'records');
const readBytes = ({ sources }: TopologyReport): number => sumOf(sources, 'bytes');
/** What is thrown away has arrived nowhere. */
const arrivedIn =
  ({ status }: View) =>
  ({ sinks }: TopologyReport): number =>
    status.graph.nodes.reduce((sum, { name, type }) => sum + (type === 'drop' ? 0 : (sinks[name]?.records ?? 0)), 0);
const rejected = ({ nodes }: TopologyReport): number => sumOf(nodes, 'rejected');

const tiles: readonly Tile[] = [
  {
    title: 'Read',
    value: (view) => flowWords(view, read),
    more: (view) =>
      isOver(view)
        ? `${byteWords(view.stats ? readBytes(view.stats) : 0)}, ${average(view, read)}`
        : `${byteWords(view.figures.rate(readBytes))}/s · ${countWords(view.stats ? read(view.stats) : 0)} records`,
    line: ({ figures }) => figures.rates(read),
  },
  {
    title: 'Delivered',
    value: (view) => flowWords(view, arrivedIn(view)),
    more: (view) =>
      isOver(view)
        ? average(view, arrivedIn(view))
        : `${countWords(view.stats ? arrivedIn(view)(view.stats) : 0)} records`,
    line: (view) => view.figures.rates(arrivedIn(view)),
  },
  {
    title: 'In flight',
    value: ({ stats }) => (stats === undefined ? '–' : countWords(sumOf(stats.sources, 'inFlight'))),
    more: ({ stats }) => {
      const [acked, nacked] = ['acked', 'nacked'].map((name) => sumOf(stats?.sources ?? {}, name));
      if (acked! + nacked! === 0) return 'units not yet settled';
      return `${countWords(acked!)} acknowledged${nacked === 0 ? '' : ` · ${countWords(nacked!)} refused`}`;
    },
    line: ({ figures }) => figures.levels(({ sources }) => sumOf(sources, 'inFlight')),
    isBad: ({ stats }) => sumOf(stats?.sources ?? {}, 'nacked') > 0,
  },
  {
    title: 'Rejected',
    value: ({ stats }) => (stats === undefined ? '–' : countWords(rejected(stats))),
    more: (view) => {
      const unrouted = sumOf(view.stats?.nodes ?? {}, 'unrouted');
      return `bad lines${unrouted === 0 ? '' : ` · ${countWords(unrouted)} unrouted`}`;
    },
    line: ({ figures }) => figures.rates(rejected),
    isBad: ({ stats }) => stats !== undefined && rejected(stats) > 0,
  },
  {
    title: 'Memory',
    value: ({ stats }) => (stats?.memoryBytes === undefined ? '–' : byteWords(stats.memoryBytes)),
    more: (view) =>
      isOver(view)
        ? `${timeWords((view.stats?.cpuSeconds ?? 0) * 1000)} of processor time`
        : `${Math.round(view.figures.rate(({ cpuSeconds = 0 }) => cpuSeconds) * 100)} % of a processor`,
    line: ({ figures }) => figures.levels(({ memoryBytes = 0 }) => memoryBytes),
  },
];

const average = ({ stats }: View, pick: (report: TopologyReport) => number): string =>
  stats === undefined || stats.seconds === 0 ? '' : `${exactWords(pick(stats) / stats.seconds)}/s on average`;

const WIDTH = 120;
const HEIGHT = 32;

export class TilesView {
  readonly #show: readonly ((view: View) => void)[];

  constructor(place: HTMLElement) {
    this.#show = tiles.map(({ title, value, more, line, isBad }) => {
      const number = element('dd', { class: 'value' });
      const words = element('dd', { class: 'more' });
      const area = drawn('path', { class: 'area' });
      const stroke = drawn('path', { class: 'stroke' });
      const view = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none' };
      const tile = element('div', { class: 'tile' }, element('dt', {}, title), number, words);
      tile.append(element('dd', { class: 'spark', 'aria-hidden': 'true' }, drawn('svg', view, area, stroke)));
      place.append(tile);
      return (now) => {
        setText(number, value(now));
        setText(words, more(now));
        setAll(tile, { 'data-bad': isBad?.(now) ? 'yes' : undefined });
        const d = sparkOf(line?.(now) ?? []);
        setAll(stroke, { d });
        setAll(area, { d: d === '' ? '' : `${d}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z` });
      };
    });
  }

  show(view: View): void {
    for (const show of this.#show) show(view);
  }
}

/** From 0 to the highest, the latest at the right. */
function sparkOf(values: readonly number[]): string {
  if (values.length < 2) return '';
  const most = Math.max(1e-9, ...values);
  const points = values.map((value, i) => {
    const x = (i / (values.length - 1)) * WIDTH;
    return `${x.toFixed(1)} ${(HEIGHT - 2 - (value / most) * (HEIGHT - 6)).toFixed(1)}`;
  });
  return `M${points.join('L')}`;
}
