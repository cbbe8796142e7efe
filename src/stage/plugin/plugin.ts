/**
 * A plugin as the stage of a node: its lanes, each with an instance of its own, and the reports on it. What its
 * guests tell (faults, warnings) is passed on when the batch in question is drained, so that it has a place in the
 * input.
 */
import { CODE_PLUGIN_FAILED } from '../../engine/code-numbers.ts';
import { buildPlan } from '../../engine/plan.ts';
import type { Path } from '../../engine/program.ts';
import { counted } from '../../format/count.ts';
import type { Batch } from '../../graph/batch.ts';
import type { Talk } from '../../graph/host.ts';
import type { Seat } from '../../graph/lane.ts';
import { Lanes } from '../../graph/lanes.ts';
import { outputPlace, type Rejecting } from '../../graph/rejecting.ts';
import type { NodeSettings, Stage, StageReport, Verdict } from '../../graph/stage.ts';
import type { Stats } from '../../graph/stats.ts';
import { threadStarts } from '../../io/late-flags.ts';
import { callTimesSum } from '../../plugin/lane/call-times.ts';
import * as T from '../../plugin/lane/task.ts';
import { nearestPath } from '../../selector/index.ts';
import { excerpt } from '../../text/printable.ts';
import { hintsOf, tableHints } from '../hints.ts';
import { searchFor } from '../search.ts';
import { absentPaths, unaskedKeys } from './hints.ts';
import { type LaneSpec, type LaneSurroundings, PluginLane } from './lane.ts';
import { PluginOutput } from './output.ts';
import type { PluginReport } from './stats.ts';
import { endStderr, tellLeftWarnings } from './stderr.ts';

/** Blocks of a lane: one is filled, one is with the guest, one is drained. */
const BLOCKS = 3;
const LEAST_BLOCK_BYTES = 1 << 20;
/** The row table: 512 rows of 128 fields and something over. */
const ROW_TABLE_BYTES = 640 << 10;
/** Copies of records that guests keep. */
const PIN_BYTES = 16 << 20;
const SAMPLE_BYTES = 1 << 16;

export class PluginStage implements Stage {
  readonly atLimit = 'lost';
  readonly settings: NodeSettings;
  readonly lanes: Lanes;
  /** The start of the input. */
  #sample = new Uint8Array(0);
  description: T.PluginDescription | undefined;
  /** The exit status of a guest that ended by itself. */
  status = 0;
  hasFailed = false;
  #selected = 0;
  #records = 0;
  /** Records that the plugin failed on, in the blocks that were drained, and how many of them were shown. */
  #faults = 0;
  #faultsShown = 0;
  readonly #spec: LaneSpec;
  readonly #lanes: PluginLane[];
  readonly #talk: Talk;
  /** Undefined when nobody looks at the output here. */
  readonly #output: PluginOutput | undefined;

  /**
   * @param where  which records are for the plugin at all
   * @param fields the fields of a row, for a kind whose fields are known
   */
  constructor(
    settings: NodeSettings,
    spec: LaneSpec,
    fields: readonly Path[],
    options: { readonly talk: Talk } & Omit<LaneSurroundings, 'stderr'>,
  ) {
    this.settings = settings;
    this.#spec = spec;
    this.#talk = options.talk;
    this.#output = spec.checksOutput && !this.#isStream ? new PluginOutput(spec.name, `<${spec.name}>`) : undefined;
    const plan = planFor(spec, fields);
    const { batchBytes, maxDepth, maxRecordBytes } = settings.batches;
    const blockBytes = Math.max(LEAST_BLOCK_BYTES, batchBytes * 2);
    const around: LaneSurroundings = {
      ...options,
      stderr: (line) => options.talk.guest(spec.name, line),
    };
    const make = (): PluginLane =>
      new PluginLane(
        spec,
        plan,
        {
          ...{ blockBytes, blockCount: BLOCKS, maxDepth, maxRecordBytes },
          ...{ keepRejects: false, strictKeys: false, search: searchFor(settings.selection) },
          rows: {
            forAll: spec.passUnmatched,
            tableBytes: ROW_TABLE_BYTES,
            pinBytes: PIN_BYTES,
            longBlockBytes: Math.max(blockBytes, maxRecordBytes + 1),
          },
        },
        around,
      );
    this.#lanes = Array.from({ length: settings.lanes ?? 1 }, make);
    const [first, ...others] = this.#lanes;
    this.lanes = new Lanes(first!);
    for (const lane of others) this.lanes.add(lane);
  }

  get name(): string {
    return this.#spec.name;
  }

  /** The guest's own exit status is that of the whole program. */
  get exitsWithStatus(): boolean {
    return this.#spec.kind === 'slung';
  }

  get #isStream(): boolean {
    return this.#spec.kind === 'wasi' || this.#spec.kind === 'slung';
  }

  /** Waits until every lane's plugin has said who it is. @throws PluginRefused */
  async start(): Promise<void> {
    const hasStarted = threadStarts();
    try {
      const descriptions = await Promise.all(this.#lanes.map((lane) => lane.started()));
      this.description = descriptions[0];
    } catch (error) {
      // What the guest has said may be why.
      endStderr(this.#lanes, this.#spec, this.#talk);
      throw error;
    } finally {
      hasStarted();
    }
  }

  /** The first lane's last block, which is large enough for every record. */
  aside(): Seat {
    const lane = this.#lanes[0]!;
    return { lane, block: lane.memory.options.blockCount };
  }

  relax(): boolean {
    return false;
  }

  preface(): undefined {}

  report(stats: Stats): StageReport {
    const absent = { where: absentPaths(this.#lanes, true), columns: [] };
    const { where, unchecked } = this.settings.selection;
    const table = tableHints(this.#sample, this.settings.input);
    const seen = { absent, sample: this.#sample, where, unchecked, emptyFiles: this.#spec.where.emptyFiles };
    return { leftOut: [], hints: [...table, ...hintsOf(seen, stats)] };
  }

  /** A plugin that wanted nothing: the commonest reason is a name of a field. */
  #hints(): string[] {
    if (this.#records === 0 || this.#selected > 0 || this.hasFailed) return [];
    return absentPaths(this.#lanes, false).map((path) => {
      const nearest = nearestPath(path, this.#sample);
      const guess = nearest === undefined ? '' : `; did you mean \`${excerpt(nearest)}\`?`;
      const what = `its selectors ask for \`${excerpt(path.text)}\`, which was in 0 of ${counted(this.#records, 'record')}`;
      return `plugin ${this.name} wanted no record: ${what}${guess}`;
    });
  }

  #unaskedKeys(): string[] {
    if (this.hasFailed || (this.#selected === 0 && !this.#isStream)) return [];
    return unaskedKeys(this.name, this.#spec.config, this.#lanes);
  }

  end(): Seat | undefined {
    if (!this.#isStream || this.hasFailed) return undefined;
    const seat = this.lanes.acquire(true);
    if (seat !== undefined) this.#lanes[0]!.markLast(seat.block);
    return seat;
  }

  verdict(batch: Batch): Verdict | undefined {
    const { lane, block, from, to } = batch;
    if (this.#sample.length === 0) this.#sample = lane.memory.view(from, Math.min(to, from + SAMPLE_BYTES)).slice();
    const pluginLane = this.#lanes.find((candidate) => candidate === lane)!;
    const counts = lane.memory.counts(block);
    this.#records += counts.matched;
    this.#selected += pluginLane.selected(block);
    this.#faults += pluginLane.faults(block);
    pluginLane.mail.receive();
    let stop: 'ended' | 'failed' | undefined;
    const later: T.LaneNote[] = [];
    for (const note of pluginLane.mail.notes.splice(0)) {
      // A guest may be blocks ahead of what is drained, and what it says of them has to wait.
      if (isOf(block, note)) stop = this.#tell(note, batch) ?? stop;
      else later.push(note);
    }
    pluginLane.mail.notes.push(...later);
    return stop === undefined ? undefined : { stop };
  }

  output({ lane, block }: Batch, rejecting: Rejecting): string | undefined {
    const stoppedAt = this.#output?.take(lane as PluginLane, block, rejecting);
    return stoppedAt === undefined ? undefined : outputPlace(this.name, stoppedAt);
  }

  #tell(note: T.LaneNote, batch: Batch): 'ended' | 'failed' | undefined {
    const who = `plugin ${this.name}`;
    switch (note.kind) {
      case 'warn':
        this.#talk.warn(`${who}: ${note.text}`);
        return undefined;
      case 'time': {
        const text = `${placeOf(note.fault, batch)}: ${note.fault.cause}`;
        if (note.isWarning) this.#talk.warn(text);
        else this.#talk.verbose(1, text);
        return undefined;
      }
      case 'fault':
        if (++this.#faultsShown <= T.FAULTS_SHOWN) this.#tellFault(note.fault, batch);
        return undefined;
      case 'fatal':
        this.#talk.error(`${placeOf(note.fault, batch)}: ${who}: ${note.fault.cause}`);
        this.hasFailed = true;
        return 'failed';
      case 'ended':
        this.status = note.status;
        if (note.status === 0) return 'ended';
        this.#talk.error(`${who}: it ended with exit status ${note.status}`);
        this.hasFailed = true;
        return 'failed';
      default:
        return undefined;
    }
  }

  /** The one message about a record that the plugin failed on; one that is left out has its code there. */
  #tellFault(fault: T.PluginFault, batch: Batch): void {
    const text = `${placeOf(fault, batch)}: plugin ${this.name}: ${fault.cause}`;
    if (this.#spec.onPluginError === 'pass') {
      this.#talk.warn(text);
      return;
    }
    const { name: file, lines } = batch.origin;
    const [code, name] = [CODE_PLUGIN_FAILED, 'plugin-failed'];
    const facts = { file, line: lines + fault.fromLine + 1, code, name, plugin: this.name, reason: fault.cause };
    this.#talk.warn(`${text} (E${code} ${name})`, facts);
  }

  /** Records were discarded, or passed on as they were. */
  get hasFaults(): boolean {
    return this.#faults > 0;
  }

  /** What is left to say, at the end of the run. */
  summarise(): void {
    for (const lane of this.#lanes) {
      lane.mail.receive();
      for (const note of lane.mail.notes.splice(0)) {
        if (note.kind === 'warn') this.#talk.warn(`plugin ${this.name}: ${note.text}`);
      }
    }
    endStderr(this.#lanes, this.#spec, this.#talk);
    tellLeftWarnings(this.#lanes, this.#spec, this.#talk);
    for (const hint of [...this.#hints(), ...this.#unaskedKeys()]) this.#talk.warn(hint);
    if (this.#faults > T.FAULTS_SHOWN) {
      const fate = this.#spec.onPluginError === 'pass' ? 'passed on as they were' : 'left out';
      this.#talk.warn(
        `plugin ${this.name} failed on ${counted(this.#faults, 'record')}, which were ${fate} (the first ${T.FAULTS_SHOWN} are shown)`,
      );
    }
  }

  #sum(counter: number): number {
    return this.#lanes.reduce((total, lane) => total + lane.count(counter), 0);
  }

  /**
   * @param bytesOut what the run has written of it
   * @param rejectedBehind bad lines that the next run of the chain has found in its output
   */
  figures(bytesOut: number, rejectedBehind: number): PluginReport {
    return {
      ...{ plugin: this.name, version: this.description?.version, records: this.#records, matched: this.#selected },
      ...{ bytesOut, calls: this.#sum(T.COUNT_CALLS) },
      secondsInGuest: Number((this.#sum(T.COUNT_GUEST_MS) / 1000).toFixed(6)),
      failures: this.#sum(T.COUNT_FAILURES),
      outputRejected: rejectedBehind + this.#sum(T.COUNT_BAD_OUTPUT) + (this.#output?.rejected ?? 0),
    };
  }

  /** How many calls took how long (plugin/lane/call-times.ts), of all lanes. */
  callTimes(): Uint32Array {
    return callTimesSum(this.#lanes.map(({ ledger }) => T.callTimes(ledger)));
  }

  stop(how: 'hurry' | 'abandon'): void {
    for (const lane of this.#lanes) lane[how]();
  }

  finish(): void {
    this.lanes.close();
  }
}

/** Whether a note is to be reported with the block. */
function isOf(block: number, note: T.LaneNote): boolean {
  const of = note.kind === 'ended' ? note.block : 'fault' in note ? note.fault.block : T.ANY_BLOCK;
  return of === block || of === T.ANY_BLOCK;
}

/** `app.ndjson:17` or `app.ndjson:17-24`; the input alone when the guest was not given any lines of its own. */
function placeOf({ fromLine, toLine }: T.PluginFault, { origin }: Batch): string {
  const name = excerpt(origin.name);
  if (toLine === 0) return name;
  const [first, last] = [origin.lines + fromLine + 1, origin.lines + toLine];
  return last > first ? `${name}:${first}-${last}` : `${name}:${first}`;
}

/**
 * The plan that the memory is laid out with. A Tangent plugin's lane replaces it as soon as it knows its selectors.
 */
function planFor(spec: LaneSpec, fields: readonly Path[]) {
  const { where } = spec;
  if (spec.kind === 'wasi') return buildPlan(where, { to: 'lines' });
  return buildPlan(where, { to: 'rows', fields, select: undefined });
}
