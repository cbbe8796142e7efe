/** The page about a run: asks, and shows what it hears. */
import { byId, element, setAll, setText } from './dom.ts';
import { Figures } from './figures.ts';
import { GraphView } from './graph.ts';
import { type Answer, Poll } from './poll.ts';
import {
  causeColumns,
  causeRows,
  nodeColumns,
  nodeRows,
  routeColumns,
  routeRows,
  sinkColumns,
  sinkRows,
  sourceColumns,
  sourceRows,
} from './rows.ts';
import { TableView } from './tables.ts';
import { TilesView } from './tiles.ts';
import { type Contact, flowWords, isOver, type View } from './view.ts';
import { timeWords } from './words.ts';

const figures = new Figures();
const graph = new GraphView(byId('graph'));
const tiles = new TilesView(byId('tiles'));
const tables = [
  [new TableView(byId('routes'), routeColumns, 'no routes'), routeRows],
  [new TableView(byId('sinks'), sinkColumns, 'no sinks'), sinkRows],
  [new TableView(byId('sources'), sourceColumns, 'no sources'), sourceRows],
  [new TableView(byId('nodes'), nodeColumns, 'nothing yet'), nodeRows],
  [new TableView(byId('causes'), causeColumns, 'Every line so far was a record.'), causeRows],
] as const;

let last: Answer | undefined;
let contact: Contact = 'live';

function heard(answer: Answer, how: Contact): void {
  if (last?.status.run !== answer.status.run) figures.clear();
  last = answer;
  contact = how;
  if (answer.stats !== undefined) figures.add(answer.stats);
  show();
}

const poll = new Poll({
  seen: (answer) => heard(answer, 'live'),
  ended: (answer) => heard(answer, 'ended'),
  lost: () => {
    contact = 'lost';
    show();
  },
});

function show(): void {
  if (last === undefined) {
    showState('lost', 'Not reachable', 'Nobody answers at this address. The page tries again every second.');
    return;
  }
  const view: View = { ...last, figures, contact };
  showHead(view);
  tiles.show(view);
  graph.show(view);
  for (const [table, rows] of tables) table.show(rows(view));
  showMessages(view);
}

function showHead(view: View): void {
  const { status, stats } = view;
  const { worker, file, phase, words, unready } = status;
  setText(byId('file'), file);
  const facts = [
    stats === undefined ? '' : `${isOver(view) ? 'ran' : 'running'} for ${timeWords(stats.seconds * 1000)}`,
    worker.name === worker.host ? '' : worker.name,
    `${worker.host}, process ${worker.pid}`,
  ];
  setText(byId('facts'), facts.filter((fact) => fact !== '').join(' · '));
  const [state, title, text] = stateOf(view, phase, words, unready);
  showState(state, title, text);
  const rate = isOver(view) ? '' : ` ${flowWords(view, ({ sources }) => total(sources))}`;
  document.title = `${title}${rate} · ${file}`;
}

const total = (sources: NonNullable<View['stats']>['sources']): number =>
  Object.values(sources).reduce((sum, { records }) => sum + records, 0);

function stateOf(
  view: View,
  phase: View['status']['phase'],
  words: string,
  unready: readonly string[],
): readonly [state: string, title: string, text: string] {
  if (isOver(view)) return ['ended', 'Ended', `The run has ended: ${words}. These are its last figures.`];
  if (view.contact === 'lost') {
    return ['lost', 'Not reachable', 'The run does not answer any more. These are the last figures that it gave.'];
  }
  if (view.contact === 'paused') return ['paused', 'Paused', 'This page stands still; the run goes on.'];
  if (phase === 'starting') return ['busy', 'Starting', `The run is starting: ${words}.`];
  if (phase === 'draining') return ['busy', 'Ending', `The run is ending: ${words}.`];
  if (unready.length > 0) return ['unready', 'Not ready', `Not ready: ${unready.join('; ')}.`];
  return ['ok', 'Running', ''];
}

function showState(state: string, title: string, text: string): void {
  setAll(document.documentElement, { 'data-state': state });
  setText(byId('state'), title);
  setText(byId('news'), text);
  setAll(byId('news'), { 'data-empty': text === '' ? 'yes' : undefined });
}

let shownMessages = '';

function showMessages({ status }: View): void {
  const { said } = status;
  const place = byId('messages');
  const key = JSON.stringify(said.map(({ level, text }) => [level, text]));
  if (key !== shownMessages) {
    place.replaceChildren(
      ...said.map(({ level, text }) =>
        element(
          'li',
          { 'data-level': level },
          element('span', { class: 'level' }, level),
          element('span', { class: 'text' }, text),
          element('span', { class: 'ago' }),
        ),
      ),
    );
    if (said.length === 0) place.append(element('li', { class: 'empty' }, 'Nothing has gone wrong so far.'));
  }
  shownMessages = key;
  for (const [i, { times, agoMs }] of said.entries()) {
    const often = times === 1 ? '' : `${times} times, `;
    setText(place.children[i]!.querySelector('.ago')!, `${often}${timeWords(Math.max(1000, agoMs))} ago`);
  }
}

const pause = byId('pause');
pause.addEventListener('click', () => {
  const isPaused = pause.getAttribute('aria-pressed') !== 'true';
  setAll(pause, { 'aria-pressed': String(isPaused) });
  if (last !== undefined && !isOver({ ...last, figures, contact })) contact = isPaused ? 'paused' : 'live';
  poll.pause(isPaused);
  show();
});

for (const choice of ['graph', 'table'] as const) {
  byId(`as-${choice}`).addEventListener('click', () => {
    setAll(byId('flow'), { 'data-as': choice });
    for (const other of ['graph', 'table']) setAll(byId(`as-${other}`), { 'aria-pressed': String(other === choice) });
    show();
  });
}
