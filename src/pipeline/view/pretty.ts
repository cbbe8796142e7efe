/** Lines of ndjson over several lines each. */
import type { View } from '../../config/settings.ts';
import { prettyJson } from '../../format/pretty.ts';
import type { Shown } from './view-sink.ts';

export class PrettyLines implements Shown {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  take(line: string): string {
    return line === '' ? '' : prettyJson(line, this.#view.styles);
  }

  flush(): string {
    return '';
  }
}
