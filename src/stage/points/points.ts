/**
 * `slung store write` as the work of a run: records become points, and nothing is put out. One lane, on the main thread;
 * what it makes of a batch goes into the store when the batch is drained, behind its bad lines.
 */
import type { RecordSettings, WriteSettings } from '../../config/settings.ts';
import { CODE_BAD_ROW, CODE_BAD_UTF8, CODE_NO_TIME, CODE_TOO_DEEP, CODE_TOO_LONG } from '../../engine/code-numbers.ts';
import type { EngineMemory } from '../../engine/engine.ts';
import * as L from '../../engine/layout.ts';
import type { Path, Program } from '../../engine/program.ts';
import type { Tag } from '../../graph/drain.ts';
import type { Ends } from '../../graph/ends.ts';
import type { Talk } from '../../graph/host.ts';
import { type Flight, Lanes, SameThreadLane, type Seat } from '../../graph/lane.ts';
import { positionAfter, purposeOf } from '../../graph/position.ts';
import type { NodeSettings, OpenedInput, Recorder, Work } from '../../graph/stage.ts';
import type { PointPlan } from './fields.ts';
import { PointMaker } from './maker.ts';
import type { StoreReport, StoreWriter } from './store-writer.ts';
import { TimeTalk } from './time-talk.ts';

const SAMPLE_BYTES = 1 << 16;

/** `submit` makes the points of a batch and returns. */
class PointLane extends SameThreadLane {
  readonly memory: PointMaker['engine'];
  readonly #maker: PointMaker;
  readonly #rejectsLeft: () => number;
  readonly #isCsv: boolean;

  constructor(maker: PointMaker, isCsv: boolean, rejectsLeft: () => number) {
    super();
    this.memory = maker.engine;
    this.#maker = maker;
    this.#isCsv = isCsv;
    this.#rejectsLeft = rejectsLeft;
  }

  submit(block: number, from: number, to: number): void {
    this.#maker.reject(block, from, to, Math.max(0, this.#rejectsLeft()));
    if (this.#isCsv) nameBadRows(this.memory, block);
  }
}

/** A row that could not become a record comes as it is (csv/source.ts), and JSON's complaints about it mean nothing. */
function nameBadRows(memory: EngineMemory, block: number): void {
  const words = memory.words();
  const count = memory.word(block, L.B_REJECT_COUNT);
  const own: readonly number[] = [CODE_BAD_UTF8, CODE_TOO_DEEP, CODE_TOO_LONG];
  for (let i = 0, at = memory.word(block, L.B_REJECTS) >> 2; i < count; i++, at += L.REJECT_BYTES >> 2) {
    const code = words[at + (L.REJ_CODE >> 2)]!;
    if (code >= CODE_NO_TIME || own.includes(code)) continue;
    words[at + (L.REJ_CODE >> 2)] = CODE_BAD_ROW;
    words[at + (L.REJ_AT >> 2)] = words[at + (L.REJ_FROM >> 2)]!;
  }
}

/** What a job of points works with. */
export interface PointJobParts {
  readonly where: Program;
  readonly plan: PointPlan;
  readonly writer: StoreWriter;
  readonly talk: Talk;
}

export class PointJob implements Work {
  readonly settings: NodeSettings;
  readonly columns = undefined;
  readonly findsColumns = false;
  readonly isFinding = false;
  readonly lateKeys: ReadonlyMap<string, number> = new Map();
  // What was made of a batch may be in the store already.
  readonly canRepeat = false;
  readonly isPolite = false;
  readonly asideBytes = 0;
  sampleBytes = new Uint8Array(0);
  readonly lanes: Lanes<Tag>;
  readonly recorder: Recorder;
  /** Set before the run begins: how many more lines may be bad. */
  rejectsLeft: () => number = () => Number.POSITIVE_INFINITY;
  readonly #lane: PointLane;
  readonly #parts: PointJobParts;
  readonly #maker: PointMaker;

  constructor({ input, batches, selection, rejects, report, record }: WriteSettings, parts: PointJobParts) {
    this.settings = { input, batches, lanes: 1, selection, output: undefined, rejects, report };
    this.#parts = parts;
    const { from, delimiter } = input;
    const { batchBytes, maxDepth, maxRecordBytes } = batches;
    const options = { blockCount: 1, batchBytes, maxDepth, maxRecordBytes };
    this.#maker = new PointMaker(parts.where, parts.plan, parts.writer, options);
    this.#lane = new PointLane(this.#maker, from === 'csv', () => this.rejectsLeft());
    this.lanes = new Lanes(this.#lane);
    const purpose = purposeOf(selection.where, record.points, `${from}${delimiter ?? ''}`);
    this.recorder = this.#makeRecorder(record, purpose);
  }

  #makeRecorder({ resume, final }: RecordSettings, purpose: string): Recorder {
    const { writer, talk, plan } = this.#parts;
    const options = { resume, final, purpose, talk };
    const times = new TimeTalk(this.#maker.engine, plan, talk);
    return {
      open: (input: string, ends: Ends, isStopping: () => boolean): Promise<OpenedInput> => {
        times.begin();
        return writer.openInput(input, ends, { ...options, isStopping });
      },
      take: (flight: Flight<Tag>) => {
        const { memory } = flight.lane;
        times.tell(flight.tag.origin);
        writer.from(flight.tag.origin.file);
        // Before the batch's end when there was one bad line too many.
        const end = memory.word(flight.block, L.B_TO);
        const position = positionAfter(flight, end, memory.word(flight.block, L.B_LINES));
        if (position !== undefined) writer.notePosition(position);
        this.#maker.flush();
      },
      words: () => writer.words(),
      report: (): StoreReport => writer.report(),
      close: () => writer.close(),
    };
  }

  settle(): void {}

  startWorkers(): void {}

  /** The last block, which is large enough for every record. */
  aside(): Seat {
    return { lane: this.#lane, block: this.#maker.longBlock };
  }

  dropAside(): void {}

  /** Keeps the start of the input, for the hint about paths that never occur. */
  sample(bytes: Uint8Array): void {
    if (this.sampleBytes.length === 0) this.sampleBytes = bytes.slice(0, SAMPLE_BYTES);
  }

  absentPaths(): { where: Path[]; columns: Path[] } {
    return { where: this.#maker.absentPaths(), columns: [] };
  }

  /** The engine always comes to an end, and soon. */
  hurry(): void {}

  abandon(): void {}

  takeOutput(): undefined {}

  lastSeat(): undefined {}

  verdict(): undefined {}

  finish(): void {
    this.lanes.close();
  }
}
