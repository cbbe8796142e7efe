/**
 * What is measured over a server: the topology of a file or of a line, as it would be run with this source, and the
 * bare client as a yardstick. A round ends when the server says that everything was acknowledged, so that nothing
 * counts that was only sent or only read.
 */
import type { TopologyEnds } from '../../pipeline/topology/ends.ts';
import { ownEnds } from '../../pipeline/topology/memory.ts';
import { readingStream, streamEnds } from '../../pipeline/topology/own-stream.ts';
import { runTopology } from '../../pipeline/topology/run.ts';
import type { TopologySettings } from '../../pipeline/topology/settings.ts';
import { type Meter, RoundRun } from './round-host.ts';
import { BenchError, type Round, type Side } from './rounds.ts';
import { type BenchServer, explained } from './server.ts';
import { type Bench, codeOf, report, topologyCounts } from './sides.ts';

/** @param settings of a topology with one source, in the place of which the stream is read */
export function serverSide(name: string, settings: TopologySettings, server: BenchServer, bench: Bench): Side {
  return { name, isYardstick: false, run: async (bytes) => await serverRound(name, settings, server, bench, bytes) };
}

async function serverRound(
  name: string,
  settings: TopologySettings,
  { url, stream, nowMs }: BenchServer,
  { meter, said }: Bench,
  bytes: number,
): Promise<Round> {
  const consumer = await explained(stream.nextConsumer());
  const topology = readingStream(settings.topology, { url, stream, consumer });
  const run = new RoundRun(name, meter, said);
  const nothing = (): never => {
    throw new Error('a stream is read, and nothing else');
  };
  const ends: TopologyEnds = streamEnds(
    ownEnds(nothing, (sink) => run.sink(sink)),
    nowMs,
    () => run.begin(),
  );
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  const running = runTopology({ ...settings, topology, report, metrics: undefined, status: undefined }, run.host, ends);
  running.then(over, over);
  let isDone = false;
  try {
    isDone = await explained(stream.untilAcknowledged(consumer, () => isOver));
  } finally {
    if (isDone) run.finish();
    else run.stop();
    await running;
  }
  const outcome = await running;
  const round = run.round(isDone && outcome.kind === 'signal' ? 0 : codeOf(outcome), bytes, topologyCounts);
  if (!isDone) throw new BenchError(`${name} ended before all messages were acknowledged`);
  return round;
}

/** The client without us: it asks for messages, copies each, and acknowledges it. */
export function bareSide({ stream, records }: BenchServer, { meter }: Bench): Side {
  const run = async (bytesIn: number): Promise<Round> => {
    const consumer = await explained(stream.nextConsumer());
    const beganMs = meter.clockMs();
    const reader = await explained(stream.bareReader(consumer));
    try {
      const begun = taken(meter);
      reader.begin();
      const isDone = await explained(stream.untilAcknowledged(consumer, () => reader.hasFailed));
      const done = taken(meter);
      if (!isDone) throw new BenchError('the bare client lost its connection to the server');
      return {
        ...{ records, bytesIn, bytesOut: 0, checksum: '', calls: 0, callTimes: undefined, faults: 0, rejects: 0 },
        ...{ seconds: (done.ms - begun.ms) / 1000, cpuSeconds: done.cpuSeconds - begun.cpuSeconds },
        ...{ startMs: begun.ms - beganMs, rssBytes: meter.rssBytes() },
      };
    } finally {
      await reader.close();
    }
  };
  return { name: 'the bare client', isYardstick: true, run };
}

const taken = (meter: Meter): { readonly ms: number; readonly cpuSeconds: number } => ({
  ms: meter.clockMs(),
  cpuSeconds: meter.cpuSeconds(),
});
