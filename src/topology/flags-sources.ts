/** FILEs, --follow, --positions and --listen of a command line: the one source of its topology. */
import { isUrlWord } from '../config/url-word.ts';
import { type Entry, entryNode, listNode, mapNode, type Scalar, scalarNode } from './node.ts';
import { coverUrl } from './problem.ts';
import { nodeOfWord } from './urls.ts';
import type { Words } from './words.ts';

/** What a line reads. */
export interface LineSource {
  /** Of the node. */
  readonly name: string;
  /** Only a signal ends it. */
  readonly isEndless: boolean;
}

/** Adds what is read: stdin, files in their order, a URL, or what producers send. */
export function addSource(words: Words, sources: Entry[]): LineSource {
  const listen = words.last('listen');
  if (listen !== undefined) return addListen(words, listen, sources);
  const follow = words.take('follow').at(-1)?.node;
  const isFollowed = follow?.text === 'true';
  const positions = words.last('positions');
  const files = words.operands.splice(0);
  const needsFiles = isFollowed ? follow : positions;
  if (files.every(({ text }) => text === '-') && files.length < 2) {
    if (needsFiles !== undefined) {
      const flag = isFollowed ? '--follow' : '--positions';
      const hint = 'Standard input is read as it comes, and there is no going back in it.';
      words.fail(needsFiles, 'flag', `${flag} needs files`, hint);
    }
    const form = formOf(words);
    if (form.length > 0) {
      const type = entryNode('type', scalarNode('stdin', words.place));
      sources.push(entryNode('in', mapNode(words.place, [type, ...form])));
      return { name: 'in', isEndless: false };
    }
    return { name: 'stdin', isEndless: false };
  }
  const [file] = files;
  if (files.length === 1 && isUrlWord(file!.text)) return addUrl(words, file!, needsFiles, sources);
  const odd = files.find(({ text }) => text === '-' || isUrlWord(text));
  if (odd !== undefined)
    words.fail(odd, 'flag', 'a topology has no order between files and other sources', 'Give each its own source.');
  const path = files.length === 1 ? file! : listNode(words.place, files);
  const entries = [
    entryNode('type', scalarNode('file', words.place)),
    entryNode('path', path),
    ...(isFollowed ? [entryNode('follow', scalarNode('true', follow.place, { isPlain: true }))] : []),
    ...(positions === undefined ? [] : [entryNode('positions', positions)]),
    // What is followed has no other form: the flag is left, and refused by its name.
    ...(needsFiles === undefined ? formOf(words) : []),
  ];
  sources.push(entryNode('in', mapNode(words.place, entries)));
  return { name: 'in', isEndless: isFollowed };
}

/** --from and what belongs to it. */
function formOf(words: Words): Entry[] {
  const given = (['from', 'prefix', 'types'] as const).map((key) => [key, words.last(key)] as const);
  const isCsv = given[0]![1]?.text === 'csv';
  const all = [...given, ['delimiter', isCsv ? words.look('delimiter') : undefined] as const];
  return all.flatMap(([key, node]) => (node === undefined ? [] : [entryNode(key, node)]));
}

/** A URL in the place of a file: what there is at it is read. */
function addUrl(words: Words, url: Scalar, flag: Scalar | undefined, sources: Entry[]): LineSource {
  const [, scheme = ''] = /^([a-z0-9+.-]+):/i.exec(url.text) ?? [];
  const shown = coverUrl(url.text);
  if (flag !== undefined) {
    words.fail(
      url,
      'flag',
      `${shown}: a URL says itself how it is read`,
      'For example: file:app.log?follow&positions=DIR',
    );
  }
  if (/^(?:https?|tcp|unix|wss?)$/i.test(scheme)) {
    const fetch = /^http/i.test(scheme) ? ' To fetch what is there: curl -sN URL | slung select …' : '';
    words.fail(url, 'url', `${shown}: nothing is fetched by slung`, `To listen there: --listen URL.${fetch}`);
  }
  sources.push(entryNode('in', url));
  return { name: 'in', isEndless: /^(?:nats|tls)$/i.test(scheme) || /[?&]follow(?:&|=true|$)/.test(url.text) };
}

/** A door for producers. */
function addListen(words: Words, listen: Scalar, sources: Entry[]): LineSource {
  const token = words.last('listen-token');
  const origins = words.take('listen-origin').map(({ node }) => node);
  const isDoor = /^(?:https?|tcp|unix|wss?):/i.test(listen.text);
  const node = isDoor ? nodeOfWord(listen, 'source', '', words.problems) : undefined;
  if (!isDoor) {
    const example = 'For example: --listen http://127.0.0.1:8080/ingest, or tcp:, unix: and ws:';
    words.fail(listen, 'flag', `--listen: ${coverUrl(listen.text)} is nowhere to listen`, example);
  }
  const entries = [
    ...(node?.entries ?? []),
    ...(token === undefined ? [] : [entryNode('token', token)]),
    ...(origins.length === 0 ? [] : [entryNode('origins', listNode(words.place, origins))]),
  ];
  if (node !== undefined) sources.push(entryNode('listen', mapNode(listen.place, entries)));
  for (const odd of words.operands.splice(0)) {
    words.fail(
      odd,
      'flag',
      '--listen and a file cannot be used together',
      'Send it there: curl --data-binary @FILE URL',
    );
  }
  return { name: 'listen', isEndless: true };
}
