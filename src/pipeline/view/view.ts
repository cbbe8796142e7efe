/** Output as people read it: sinks around the real sink. Loaded only on request. */
import type { View } from '../../config/settings.ts';
import type { Sink } from '../../io/index.ts';
import { PrettyLines } from './pretty.ts';
import { TableLines } from './table.ts';
import { ViewSink } from './view-sink.ts';

/**
 * A sink that shows the lines of ndjson (pretty) or tsv (table) that it is given. Owns `sink`.
 * @param isLive the input may pause: then what has come is shown
 */
export function viewOver(sink: Sink, view: View, isLive: boolean): ViewSink {
  return new ViewSink(sink, view.kind === 'pretty' ? new PrettyLines(view) : new TableLines(view), isLive);
}
