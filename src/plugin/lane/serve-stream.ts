/**
 * A lane with a guest that runs once over the whole stream: a WASI filter or a Slung program. It is entered when the
 * first block comes, and left for good when it returns; what comes after that is let go.
 * The surprising part: the guest is "in a call" between two questions for input, and only then does the watchdog
 * count.
 */
import { buildPlan } from '../../engine/plan.ts';
import { RowEngine } from '../../engine/row-engine.ts';
import { parsePath } from '../../selector/index.ts';
import type { GuestTalk } from '../guest.ts';
import type { ServicesClient } from '../services/client.ts';
import { compileProgram, type HistoryStore, type HttpMethod, MemoryStore, runProgram } from '../slung/index.ts';
import { causeOf } from './failure.ts';
import { filterOf, filterPlan, outcomeOf, type StreamRun } from './filter-lane.ts';
import { servicesOf } from './lane-services.ts';
import type { LaneTalk } from './lane-talk.ts';
import type { LaneWorld } from './lane-world.ts';
import { BlockQueue } from './queue.ts';
import { StreamCheck } from './stream-check.ts';
import { StreamLane } from './stream-lane.ts';
import { LANE_READY, type LaneNote, type PluginTask } from './task.ts';
import { wasiHostOf } from './wasi-world.ts';

const US_PER_MS = 1000;

/** @throws what prevents the plugin from being used; does not return otherwise */
export function serveStream(task: PluginTask, talk: LaneTalk, world: LaneWorld): void {
  const engine = new RowEngine(task.memory, task.map, task.engineOptions, planOf(task));
  const store = task.kind === 'wasi' ? undefined : historyOf(task, talk, world);
  const run = store === undefined ? filterOf(task, talk, world) : programOf(task, engine, talk, world, store);
  const stream = new StreamLane(engine, new BlockQueue(engine, task.ledger, task.blocksDone), {
    isRaw: task.kind === 'wasi' && task.isRaw,
    maxOutputBytes: task.maxOutputBytes,
    talk,
    beforeSeen: () => store?.settle(),
    check: task.checksOutput ? new StreamCheck(engine, talk) : undefined,
  });
  talk.note({ kind: 'ready', description: undefined });
  talk.started(LANE_READY);
  stream.begin();
  const outcome = closedOutcome(outcomeOf(stream, run, talk, task.kind === 'slung'), store, stream);
  world.endStderrLine();
  world.afterStart();
  talk.note(outcome);
  stream.letGo();
}

function historyOf(task: PluginTask, talk: LaneTalk, world: LaneWorld): HistoryStore {
  if (task.store === undefined || world.openHistory === undefined) return new MemoryStore();
  return world.openHistory(task.store, world, (text) => talk.warn(text));
}

/** A store that cannot keep what it was given is a failure of the run, unless there was one already. */
function closedOutcome(outcome: LaneNote, store: HistoryStore | undefined, stream: StreamLane): LaneNote {
  try {
    store?.close();
    return outcome;
  } catch (error) {
    if (outcome.kind === 'fatal') return outcome;
    return { kind: 'fatal', fault: { ...stream.place(), cause: causeOf(error) } };
  }
}

function planOf(task: PluginTask) {
  if (task.kind === 'wasi') return filterPlan(task);
  const { time, value, series, tags, isListening } = task.events;
  // Only what listens knows who sent a record: the field would be anybody's otherwise.
  const names = [time, value, series, tags, ...(isListening ? ['producer'] : [])];
  const fields = names.map(parsePath);
  return buildPlan(task.where, { to: 'rows', fields, select: undefined });
}

function programOf(
  task: PluginTask,
  engine: RowEngine,
  talk: LaneTalk,
  world: LaneWorld,
  store: HistoryStore,
): StreamRun {
  const program = compileProgram(task.bytes, { maxMemoryBytes: task.maxMemoryBytes });
  const services = servicesOf(task, talk);
  const guestTalk = (stream: StreamLane): GuestTalk => ({
    warn: (text) => talk.warn(text),
    time: (cause, line) => {
      const lines = line === undefined ? { fromLine: 0, toLine: 0 } : { fromLine: line, toLine: line + 1 };
      const fault = { block: stream.place().block, ...lines, cause };
      talk.note({ kind: 'time', fault, isWarning: line !== undefined });
    },
  });
  return (stream) =>
    runProgram(program, stream, engine, {
      talk: guestTalk(stream),
      wasi: wasiHostOf(task, talk, world),
      nowUs: () => Math.floor(world.nowMs() * US_PER_MS),
      events: task.events,
      store,
      http: (method, url, body) => request(services, method, url, body),
      toProducer: (producer, text) => services.sendToProducer(Number(producer), text),
    });
}

/** One request, for a program that can only get the body or nothing. */
function request(
  services: ServicesClient,
  method: HttpMethod,
  url: string,
  body: Uint8Array,
): Uint8Array | { readonly error: string } {
  const [response] = services.callBatch([
    { id: '', method, url, headers: [], body, timeoutMs: undefined, cacheTtlMs: undefined },
  ]);
  return response?.error === undefined && response !== undefined
    ? response.body
    : { error: response?.error ?? 'there was no answer' };
}
