import { expect, test } from 'vitest';
import { PluginFileError } from '../../../src/config/errors.ts';
import { errorInKeys, inKeys } from '../../../src/pipeline/topology/file-words.ts';

test.each([
  [
    'the host a.test:1 is not granted; --allow-net a.test:1',
    'the host a.test:1 is not granted; allow-net: [ a.test:1 ] of the plugin',
  ],
  ['it did not return within 5 ms (--time-limit)', 'it did not return within 5 ms (time-limit of the plugin)'],
  ['no response within 5 ms (--network-time-limit)', 'no response within 5 ms (network-time-limit of the plugin)'],
  ['a higher --memory allows it', 'a higher memory of the plugin allows it'],
  // These hold beside a file.
  ['wrote 9 lines; --plugin-stderr all shows them', 'wrote 9 lines; --plugin-stderr all shows them'],
  ['stopped at in:1 (--max-errors 3)', 'stopped at in:1 (--max-errors 3)'],
])('%s', (text, words) => {
  const heard: string[] = [];
  const hear = (told: string): void => void heard.push(told);
  const talk = inKeys({
    ...{ error: hear, warn: hear, info: hear },
    ...{ guest: (_, line) => hear(line), verbose: (_, told) => hear(told) },
  });
  talk.error(text);
  talk.warn(text);
  talk.verbose(1, text);
  // A plugin's own words are its own.
  talk.guest('p', text);
  expect(heard).toEqual([words, words, words, text]);
  expect(errorInKeys(new PluginFileError(text, 'more'))).toMatchObject({ message: words, detail: 'more' });
});

test('other errors stay what they are', () => {
  const error = new Error('--memory');
  expect(errorInKeys(error)).toBe(error);
});
