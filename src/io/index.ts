/** Bytes in, bytes out: see README.md here. Nothing in this folder knows what the bytes mean. */
export { SinkError, SourceError } from './errors.ts';
export { openRejects, type RejectRow, type RejectsOptions, type RejectsWriter } from './rejects.ts';
export { openSink } from './sink.ts';
export { openSource, type SourceOptions } from './source.ts';
export { type Sink, type Source, WOULD_BLOCK } from './types.ts';
