/**
 * The flags that are short for a selector: -W/--rules, --since and --until. Each becomes the condition that could have
 * been written for -w, so all that reads selectors knows them.
 */
import { whyUnreadable } from '../selector/files.ts';
import { parsePath } from '../selector/paths.ts';
import { scanTime } from '../selector/times.ts';
import { UsageError } from './errors.ts';
import type { Resolved } from './layers.ts';
import { asUsageError } from './selector-errors.ts';

/** `rules("FILE")`. */
export const ruleCondition = (file: string): string => `rules(${JSON.stringify(file)})`;

const bounds = { since: '>=', until: '<' } as const;
export type Bound = keyof typeof bounds;

/**
 * `PATH >= @TIME`. A length such as 1h is so long ago, the @ may be left out, and a space may stand for the T.
 * @throws SelectorError when the text is no time
 */
export function boundCondition(bound: Bound, path: string, text: string): string {
  const plain = text
    .trim()
    .replace(/^@/, '')
    .replace(/^(\d{4}-\d\d-\d\d) +(?=\d)/, '$1T');
  const time = /^\d+(?:us|ms|[smhdw])$/.test(plain) ? `@now-${plain}` : `@${plain}`;
  scanTime(time, 0, 0n);
  parsePath(path);
  return `${path} ${bounds[bound]} ${time}`;
}

/** All conditions of the selection, in the order of help. @throws UsageError */
export function conditionsOf(resolved: Resolved): string[] {
  const times = (['since', 'until'] as const).flatMap((bound) => {
    const text = resolved.optionalText(bound);
    if (text === undefined) return [];
    try {
      return [boundCondition(bound, resolved.text('timeField'), text)];
    } catch (error) {
      throw asUsageError(error, resolved.originText(bound));
    }
  });
  const rules = resolved.list('rules').map((file) => {
    const why = whyUnreadable(file);
    if (why !== undefined) {
      throw new UsageError(`${resolved.originText('rules')}: ${why.message}`, why.hint);
    }
    return ruleCondition(file);
  });
  return [...resolved.list('where'), ...rules, ...times];
}
