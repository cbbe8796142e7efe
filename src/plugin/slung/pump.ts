/**
 * What happens when a poll finds nothing: the next rows are waited for, and at the end of the input the program is
 * stopped. A program that goes on asking for what it cannot get is ended as well, after so many empty answers in a row
 * that no sensible program is hit: it would otherwise run until the time limit.
 */
import { LIVE_FULL } from '../../engine/event-layout.ts';
import type { RowEngine } from '../../engine/row-engine.ts';
import { decidedWords, oddTimeWords } from '../../engine/time-units.ts';
import { excerpt } from '../../text/printable.ts';
import type { Gate } from '../gate.ts';
import { GuestStopped, type GuestStream, type GuestTalk, Trap } from '../guest.ts';
import { type EventFieldNames, firstBadRecord } from './bad-records.ts';
import { Complaints } from './complaints.ts';
import { FAIL_GATE_CLOSED } from './failures.ts';
import { trapOf } from './guest-memory.ts';
import { LiveQueries } from './live.ts';

const unitFlag = '--time-unit';
/** Empty answers in a row, after the end of the input or for a handle that is not open. */
const maxEmptyPolls = 1000;

export interface PumpOptions {
  readonly talk: GuestTalk;
  readonly nowUs: () => number;
  readonly fields: EventFieldNames;
  readonly queueBytes: number;
  readonly gate: Gate;
  /** 1 while a range depends on the clock. */
  readonly isTimed: WebAssembly.Global<'i32'>;
}

export class Pump {
  readonly live: LiveQueries;
  readonly complaints: Complaints;
  readonly #stream: GuestStream;
  readonly #engine: RowEngine;
  readonly #options: PumpOptions;
  #emptyPolls = 0;
  /** What was delivered when emptyPolls was counted: only answers in a row count. */
  #deliveredBefore = 0;
  #hasToldBad = false;
  /** The input whose unit of times was decided or told last. */
  #input = 0;
  #hasToldUnit = false;
  #hasToldOdd = false;

  constructor(stream: GuestStream, engine: RowEngine, options: PumpOptions) {
    this.#stream = stream;
    this.#engine = engine;
    this.#options = options;
    this.complaints = new Complaints(options.talk);
    this.live = new LiveQueries(engine, {
      timeUnit: options.fields.timeUnit,
      queueBytes: options.queueBytes,
      onTimed: (isTimed) => {
        options.isTimed.value = isTimed ? 1 : 0;
      },
    });
  }

  /** A call from the guest. @throws Trap from inside its allocator; after its end, what ended it */
  enter(): void {
    const { gate } = this.#options;
    gate.throwIfEnded();
    if (gate.isShut) this.fail(FAIL_GATE_CLOSED);
  }

  /** The adapter's failures. */
  fail(code: number): never {
    throw trapOf(code);
  }

  tellTime(): void {
    this.live.exports.liveNow(BigInt(this.#options.nowUs()));
  }

  /**
   * All rows have been looked at: waits for the next ones.
   * @returns 1 when there are some, 0 when the input is over but events of other queries wait
   * @throws GuestStopped when all is over
   */
  more(): number {
    this.#tellBad();
    this.#tellTimes();
    const { exports } = this.live;
    const count = this.#stream.nextRows();
    if (count !== undefined) {
      this.#tellInput();
      exports.liveRows(count);
      return 1;
    }
    const waiting = exports.liveWaiting();
    if (waiting === 0) this.#stop();
    if (this.#countEmpty() > maxEmptyPolls) {
      this.#options.talk.warn(`it left ${waiting} events of queries that it does not poll`);
      this.#stop();
    }
    return 0;
  }

  /** A poll that the engine refused. Returns when the answer is "nothing". */
  refuse(answer: number, handle: bigint): void {
    if (answer === LIVE_FULL) this.full();
    this.complaints.tell(`u_poll_handle: handle ${BigInt.asUintN(64, handle)} is not open`);
    if (this.#countEmpty() > maxEmptyPolls) {
      throw new Trap(`it polls handle ${BigInt.asUintN(64, handle)} again and again, which is not open`);
    }
  }

  /** More events wait than there is room for. */
  full(): never {
    const handle = this.live.exports.liveFullHandle();
    const mebibytes = Math.floor(this.#options.queueBytes / 2 ** 20);
    const query = `query ${handle} (${this.live.textOf(handle)})`;
    throw new Trap(`${mebibytes} MiB of events wait because it does not poll ${query}; poll it, or free its handle`);
  }

  /** To be called once, however the run has ended: tells what was only counted. */
  finish(): { readonly events: number; readonly bad: number; readonly delivered: number } {
    const { exports } = this.live;
    const bad = exports.liveBad();
    this.#tellBad();
    this.#tellTimes();
    if (bad > 1) this.#options.talk.warn(`${bad} records were no events; the first is shown above`);
    this.complaints.finish();
    return { events: exports.liveEvents(), bad, delivered: exports.liveDelivered() };
  }

  /** The first record that is no event, while its block is still there. */
  #tellBad(): void {
    const { exports } = this.live;
    if (this.#hasToldBad || exports.liveBad() === 0) return;
    this.#hasToldBad = true;
    const record = this.#engine.view(exports.liveBadFrom() >>> 0, exports.liveBadTo() >>> 0);
    this.#options.talk.warn(firstBadRecord(exports.liveBadReason(), record, this.#options.fields));
  }

  /** Each input has a unit of its own. */
  #tellInput(): void {
    if (this.#stream.inputNumber === this.#input) return;
    this.#input = this.#stream.inputNumber;
    this.#hasToldUnit = false;
    this.live.exports.liveForgetUnit();
  }

  /** The unit that was decided for the input, and once a time that is unlikely in it. */
  #tellTimes(): void {
    const { exports } = this.live;
    const field = excerpt(this.#options.fields.time);
    const words = this.#hasToldUnit ? undefined : decidedWords(field, exports.liveUnit(), unitFlag);
    if (words !== undefined) {
      this.#hasToldUnit = true;
      this.#options.talk.time(words, undefined);
    }
    if (this.#hasToldOdd || exports.liveHasOdd() === 0) return;
    this.#hasToldOdd = true;
    const text = oddTimeWords(field, exports.liveUnit(), exports.liveOddTime(), unitFlag);
    this.#options.talk.time(text, exports.liveOddLine() >>> 0);
  }

  #countEmpty(): number {
    const delivered = this.live.exports.liveDelivered();
    if (delivered !== this.#deliveredBefore) this.#emptyPolls = 0;
    this.#deliveredBefore = delivered;
    this.#emptyPolls += 1;
    return this.#emptyPolls;
  }

  #stop(): never {
    throw new GuestStopped('the input is over');
  }
}
