/**
 * A topology that reads a stream of its own on a server of NATS, so that it can be measured end to end: the source is
 * the real one, and each message is acknowledged when what came of it has arrived. Loaded when somebody asks for it.
 */
import type { OwnStream } from '../../nats/own-stream.ts';
import type { Source, Topology } from '../../topology/index.ts';
import { realEnds, type TopologyEnds } from './ends.ts';

export { OwnStream } from '../../nats/own-stream.ts';

/** A message that comes again ends the run: what was measured would not be one way through the stream. */
const REDELIVER_LIMIT = 1;

/** What is read in the place of a topology's only source. */
export interface ReadStream {
  readonly url: string;
  readonly stream: OwnStream;
  /** Of the stream. */
  readonly consumer: string;
}

/** The same topology, over a consumer. */
export function readingStream(topology: Topology, { url, stream, consumer }: ReadStream): Topology {
  const [given] = topology.sources as readonly [Source];
  const { name, place, path } = given;
  const maxInFlight = given.type === 'nats' ? given.maxInFlight : stream.inFlight;
  const source: Source = {
    ...{ type: 'nats', name, place, path, ack: 'settled', url, stream: stream.name, consumer, subject: undefined },
    ...{ ackWaitMs: stream.ackWaitMs, redeliverLimit: REDELIVER_LIMIT, maxInFlight, order: false, create: false },
    ...{ creds: undefined, ca: undefined },
  };
  return { ...topology, sources: [source] };
}

/** Ends whose source is the real one. @param onOpen when it is connected, and asks for messages */
export function streamEnds(ends: TopologyEnds, nowMs: () => number, onOpen: () => void): TopologyEnds {
  const { openSource } = realEnds(nowMs, undefined);
  return {
    openPorts: ends.openPorts,
    openSource: async (...given) => {
      const opened = await openSource(...given);
      onOpen();
      return opened;
    },
  };
}
