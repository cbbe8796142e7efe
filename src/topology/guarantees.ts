/** What happens to records when something fails, in a few words: for drawings and reports. */
import type { Retry, Sink, Source } from './topology.ts';

/** When what a source gave is acknowledged, and what a crash does to it. */
export function sourceGuarantee(source: Source): string {
  if (source.ack === 'read') return 'at most once: a crash loses what was read and not delivered';
  switch (source.type) {
    case 'file':
      return source.positions === undefined
        ? 'read from the beginning in each run'
        : 'goes on where it was; a crash gives up to 100 ms of records twice';
    case 'http':
      return 'answered when delivered; the client asks again';
    case 'nats':
      return `acknowledged when delivered; comes again after ${seconds(source.ackWaitMs)}, ${source.redeliverLimit} times at most`;
    default:
      return 'a crash loses what was read and not delivered';
  }
}

/** When a delivery is confirmed, and what a failure leads to. */
export function sinkGuarantee(sink: Sink): string {
  if (sink.type === 'drop') return 'dropped and counted';
  const { onFailure } = sink;
  const failed =
    typeof onFailure === 'object'
      ? `failures go to ${onFailure.sink}`
      : { stop: 'a failure ends the run', retry: retried(sink.retry), drop: 'failures are dropped and counted' }[
          onFailure
        ];
  const full = sink.whenFull === 'drop' ? ', dropped when the buffer is full' : '';
  return `${confirmed(sink)}; ${failed}${full}`;
}

function retried({ max, forMs }: Retry): string {
  const limits = [
    ...(max === undefined ? [] : [`${max} times`]),
    ...(forMs === undefined ? [] : [`for ${seconds(forMs)}`]),
  ];
  return limits.length === 0 ? 'tried again without end' : `tried again ${limits.join(' or ')}, then the run ends`;
}

function confirmed(sink: Exclude<Sink, { type: 'drop' }>): string {
  switch (sink.type) {
    case 'file':
      if (sink.mode === 'create') return 'gets its name when all is written';
      return sink.sync === 'batch' ? 'appended, and on the disk' : 'appended';
    case 'dir':
      return sink.sync === 'batch' ? 'appended, and on the disk' : 'appended';
    case 'http':
      return 'delivered when answered by 2xx';
    case 'nats':
      return sink.dedupe === false ? 'confirmed by the stream' : 'confirmed by the stream, not twice within its window';
    case 'store':
      return 'the same point is written over';
    default:
      return 'delivered when the system took it';
  }
}

function seconds(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}
