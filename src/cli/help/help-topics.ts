/**
 * Help about what is no command: the languages and how to write plugins. The texts are the README files that the man
 * pages of section 7 are printed from, so that they stand once; they are in the package beside the program.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Paint } from '../color.ts';

export interface Topic {
  readonly name: string;
  readonly doc: string;
  /** Below src/. */
  readonly file: string;
  readonly page: string;
}

export const topics: readonly Topic[] = [
  { name: 'selectors', doc: 'The expressions of --where', file: 'selector/README.md', page: 'slung-selectors(7)' },
  { name: 'plugins', doc: 'How to write plugins', file: 'plugin/authoring/README.md', page: 'slung-plugins(7)' },
  { name: 'queries', doc: 'The language of query', file: 'query/README.md', page: 'slung-query(7)' },
  { name: 'templates', doc: 'What slung generate makes', file: 'generate/README.md', page: 'slung-templates(7)' },
];

/** The topic of that name, also in the singular or in other usual words. */
export function topicOf(word: string): Topic | undefined {
  const aliases: Readonly<Record<string, string>> = {
    selector: 'selectors',
    expressions: 'selectors',
    where: 'selectors',
    template: 'templates',
  };
  return topics.find(({ name }) => name === (aliases[word] ?? word));
}

/** The text of a topic, for the terminal. Ends with a newline. */
export function topicText(topic: Topic, paint: Paint): string {
  return plainText(readFileSync(placeOf(topic.file), 'utf8'), topic, paint);
}

/** The bundle lies in dist/, this file in src/cli/; src/ is beside both. */
function placeOf(file: string): URL {
  const places = [`../src/${file}`, `../../${file}`].map((path) => new URL(path, import.meta.url));
  return places.find((place) => existsSync(place)) ?? places[0]!;
}

/**
 * Markdown with what only printers need left out: fences become indents. What comes before the first `##` is about the
 * code.
 */
export function plainText(markdown: string, { name, doc, page }: Topic, paint: Paint): string {
  const body = markdown.slice(markdown.indexOf('\n## ') + 1).trimEnd();
  let isCode = false;
  const lines = body.split('\n').flatMap((line) => {
    if (line.startsWith('```')) {
      isCode = !isCode;
      return [];
    }
    if (isCode) return [`    ${line}`];
    if (/^#+ /.test(line)) return [paint.strong(line.replace(/^#+ /, ''))];
    if (/^\|[-:| ]+\|$/.test(line)) return [];
    return [line.replaceAll('**', '')];
  });
  return [
    `${paint.strong(`slung help ${name}`)}: ${doc}`,
    '',
    ...lines,
    '',
    `The same as a man page: ${page}`,
    '',
  ].join('\n');
}
