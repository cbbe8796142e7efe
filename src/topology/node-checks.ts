/**
 * Rules for single nodes, beyond the types of their keys: addresses, URLs, grants, paths of fields, and where failures
 * go.
 */
import { UsageError } from '../config/errors.ts';
import { grantedVariables } from '../config/grants.ts';
import { parsePath, SelectorError } from '../selector/index.ts';
import { excerpt, quoted } from '../text/printable.ts';
import { readAddress } from './build.ts';
import type { Draft, Drafts } from './drafts.ts';
import type { Scalar } from './node.ts';
import { coverUrl, type Place } from './problem.ts';
import { readProjection } from './routes.ts';
import { readWhere } from './selectors.ts';
import { checkForm } from './source-form.ts';
import { hintOf } from './values.ts';
import { placeIn } from './variables.ts';
import type { WalkContext, Walked } from './walk.ts';

/** Looks at one HOST[:PORT] of allow-net; what is wrong with it, or undefined. */
export type CheckHost = (text: string) => string | undefined;

export function checkNode(draft: Draft, checkHost: CheckHost, context: WalkContext): void {
  const { walked } = draft;
  if (walked === undefined) return;
  const check = new NodeCheck(draft, walked, context);
  if (draft.kind === 'source') check.source();
  else if (draft.kind === 'sink') check.sink();
  else check.plugin(checkHost);
}

class NodeCheck {
  readonly #draft: Draft;
  readonly #walked: Walked;
  readonly #context: WalkContext;

  constructor(draft: Draft, walked: Walked, context: WalkContext) {
    this.#draft = draft;
    this.#walked = walked;
    this.#context = context;
  }

  #fail(key: string, code: string, message: string, hint?: string, place?: Place): undefined {
    const at = place ?? this.#walked.entries.get(key)?.value.place ?? this.#draft.place;
    this.#context.problems.error({ code, message, place: at, path: `${this.#draft.path}.${key}`, hint });
  }

  #text(key: string): string | undefined {
    const { settings } = this.#walked;
    return settings.has(key) ? settings.optionalText(key) : undefined;
  }

  /** What is written, but not what a variable holds. */
  #shown(key: string, text: string): string {
    const value = this.#walked.entries.get(key)?.value;
    const variable = value?.kind === 'scalar' ? value.variable : undefined;
    return variable === undefined ? quoted(coverUrl(excerpt(text, 200))) : `what ${variable} holds`;
  }

  source(): void {
    const { type } = this.#draft;
    if (type === 'http' || type === 'tcp' || type === 'ws') this.#listen(type);
    if (type === 'http' && !(this.#text('path') ?? '/').startsWith('/'))
      this.#fail('path', 'url', `path: ${quoted(this.#text('path')!, 60)} does not begin with /`);
    if (type === 'nats') this.#natsUrl();
    if (type === 'file') this.#files();
    if (type === 'file' || type === 'stdin') {
      const given = new Set(this.#walked.entries.keys());
      checkForm(this.#walked.settings, given, (key, message, hint) =>
        this.#fail(key, 'form', `${key}: ${message}`, hint),
      );
    }
  }

  #listen(type: string): void {
    const text = this.#text('listen');
    if (text === undefined) return;
    const address = readAddress(text);
    if (address === undefined) {
      this.#fail(
        'listen',
        'address',
        `listen: ${this.#shown('listen', text)} is not HOST:PORT`,
        'For example: 127.0.0.1:8080',
      );
      return;
    }
    if (isLoopback(address.host) || this.#text('token') !== undefined) return;
    const about = `listen: ${excerpt(text, 60)} can be reached by other machines`;
    if (type === 'http')
      this.#fail('listen', 'public', `${about}, and there is no token`, `Add token: \${NAME}, or listen at 127.0.0.1.`);
    else {
      const place = this.#walked.entries.get('listen')?.value.place ?? this.#draft.place;
      const path = `${this.#draft.path}.listen`;
      this.#context.problems.warn({
        code: 'public',
        message: about,
        place,
        path,
        hint: 'What they send is not encrypted. 127.0.0.1 is this machine alone.',
      });
    }
  }

  #files(): void {
    const paths = this.#walked.settings.has('path') ? this.#walked.settings.list('path') : [];
    const pipe = paths.find((text) => text === '-' || /^\/dev\/(?:stdin|fd\/)/.test(text));
    if (pipe === '-')
      this.#fail('path', 'type', 'path: - is standard input', 'Write stdin in the routes; it need not be declared.');
    if (pipe !== undefined && this.#text('positions') !== undefined)
      this.#fail('positions', 'positions', `positions: ${excerpt(pipe)} is a pipe and has none`);
  }

  #natsUrl(): void {
    const text = this.#text('url');
    if (text === undefined) return;
    const fault = serverFault(text);
    if (fault !== undefined) this.#fail('url', 'url', `url: ${this.#shown('url', text)} ${fault}`);
  }

  sink(): void {
    const { type } = this.#draft;
    readProjection(this.#walked, this.#context);
    const headers = this.#walked.entries.get('headers');
    const headersKey = this.#context.table.sink.types?.http?.find(({ name }) => name === 'headers');
    if (headers && headersKey) this.#context.values.values(headersKey, headers.value, `${this.#draft.path}.headers`);
    if (type === 'nats') this.#natsUrl();
    if (type === 'http') this.#httpUrl();
    if (type === 'tcp') {
      const text = this.#text('address');
      if (text !== undefined && readAddress(text) === undefined)
        this.#fail('address', 'address', `address: ${this.#shown('address', text)} is not HOST:PORT`);
    }
    if (type === 'dir' || type === 'nats') this.#template(type === 'dir' ? 'path' : 'subject');
    if (type === 'file') this.#fileName();
    if (type === 'store') for (const key of ['series', 'time', 'value', 'tags']) this.#paths(key);
    const retry = this.#walked.below.get('retry');
    if (retry !== undefined && retry.settings.number('first') > retry.settings.number('most')) {
      this.#fail('retry', 'range', 'retry: the first pause is longer than the longest');
    }
  }

  #httpUrl(): void {
    const text = this.#text('url');
    if (text === undefined) return;
    const isGood = /^https?:\/\/[^/]/i.test(text) && URL.canParse(text);
    if (!isGood) this.#fail('url', 'url', `url: ${this.#shown('url', text)} is not http://HOST/PATH`);
  }

  /** What a sink of the type dir would do by a name like that. */
  #fileName(): void {
    const text = this.#text('path') ?? '';
    const shown = quoted(text, 100);
    if (/\{[^}]+\}/.test(text))
      this.#warnOfPath(
        'template',
        `the braces in ${shown} are part of the name`,
        'For a file for each value: type: dir',
      );
    if (text.endsWith('.gz'))
      this.#warnOfPath('packed', `${shown} will hold plain lines, not gzip`, 'type: dir compresses what ends in .gz');
  }

  #warnOfPath(code: string, message: string, hint: string): void {
    const place = this.#walked.entries.get('path')?.value.place ?? this.#draft.place;
    this.#context.problems.warn({ code, message: `path: ${message}`, place, path: `${this.#draft.path}.path`, hint });
  }

  /** `{a.b}` and `{time:%Y}` in a path or subject. */
  #template(key: string): void {
    const value = this.#walked.entries.get(key)?.value;
    const text = this.#text(key);
    if (text === undefined || value?.kind !== 'scalar') return;
    const rest = text.replace(/\{[^{}]*\}/g, '');
    if (/[{}]/.test(rest))
      this.#fail(key, 'template', `${key}: a brace is never closed`, 'A place in the record is {a.b}.');
    for (const match of text.matchAll(/\{([^{}]*)\}/g)) {
      const inside = match[1]!;
      if (inside.startsWith('time:')) {
        const wrong = /%(?![YmdHMSjy%])/.exec(inside);
        if (wrong !== null)
          this.#fail(
            key,
            'template',
            `${key}: ${quoted(inside.slice(wrong.index, wrong.index + 2))} is no part of a time`,
            'There are %Y %m %d %H %M %S %j %y.',
            placeIn(value, match.index, match[0].length),
          );
      } else if (inside !== 'unit') this.#path(inside, key, value, match.index + 1);
    }
  }

  #paths(key: string): void {
    const value = this.#walked.entries.get(key)?.value;
    if (value === undefined) return;
    const items = value.kind === 'list' ? value.items : [value];
    for (const item of items) {
      if (item.kind !== 'scalar') continue;
      const isName = key === 'series' && !item.text.startsWith('.');
      if (!isName) this.#path(key === 'series' ? item.text.slice(1) : item.text, key, item, key === 'series' ? 1 : 0);
    }
  }

  #path(text: string, key: string, scalar: Scalar, at: number): void {
    try {
      parsePath(text);
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
      this.#fail(
        key,
        'path',
        `${key}: ${error.message}`,
        hintOf(error),
        placeIn(scalar, at + error.offset, Math.max(1, error.length)),
      );
    }
  }

  plugin(checkHost: CheckHost): void {
    const { settings, entries, path } = this.#walked;
    const { values, table } = this.#context;
    const config = entries.get('config');
    const configKey = table.plugin.keys.find(({ name }) => name === 'config');
    if (config && configKey) values.values(configKey, config.value, `${path}.config`);
    const where = entries.get('where');
    if (where) readWhere(where.value, `${path}.where`, this.#context, settings.text('time-unit'));
    const hosts = entries.get('allow-net')?.value;
    const items = hosts?.kind === 'list' ? hosts.items : hosts === undefined ? [] : [hosts];
    for (const item of items) {
      const wrong = item.kind === 'scalar' && item.text !== '' ? checkHost(item.text) : undefined;
      if (wrong !== undefined) this.#fail('allow-net', 'grant', `allow-net: ${wrong}`, undefined, item.place);
    }
    try {
      grantedVariables(settings.list('allow-env'), {});
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.#fail('allow-env', 'grant', error.message.replace(/^--/, ''), error.detail);
    }
    const file = this.#text('file');
    if (file?.endsWith('.cwasm')) {
      const instead = `${file.replace(/\.cwasm$/, '')}.component.wasm`;
      const message = `${excerpt(file)} is native code of one wasmtime version; use ${excerpt(instead)}`;
      this.#context.problems.error({
        code: 'plugin',
        message,
        place: entries.get('file')!.value.place,
        path: `${path}.file`,
        isPlugin: true,
      });
    }
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(host) || host === '::1';
}

/** The sinks that `on-failure` names, by the sink that names them. */
export function failoverOf(drafts: Drafts, rejects: Draft | undefined, { problems }: WalkContext): Map<string, Draft> {
  const targets = new Map<string, Draft>();
  for (const { kind, name, walked, path } of [...drafts.list]) {
    const value = walked?.entries.get('on-failure')?.value;
    if (kind !== 'sink' || value?.kind !== 'scalar' || value.text === '') continue;
    if (['stop', 'retry', 'drop'].includes(value.text)) continue;
    const below = `${path}.on-failure`;
    if (value.text === 'rejects' && drafts.get('rejects') === undefined) {
      if (rejects !== undefined) targets.set(name, rejects);
      else
        problems.error({
          code: 'unknown-node',
          message: 'on-failure: there are no rejects',
          place: value.place,
          path: below,
          hint: 'Add: rejects: NAME',
        });
      continue;
    }
    const target = drafts.resolve(value, 'to', below);
    if (target?.kind === 'plugin') {
      problems.error({
        code: 'direction',
        message: `on-failure: ${quoted(target.name, 60)} is a plugin; failures go to a sink`,
        place: value.place,
        path: below,
      });
    } else if (target !== undefined) targets.set(name, target);
  }
  return targets;
}

/** What is wrong with the servers of a url, of which there may be several with commas between them. */
function serverFault(text: string): string | undefined {
  const urls = text.split(',').map((part, i) => (i > 0 && !/:\/\//.test(part) ? `${schemeOf(text)}${part}` : part));
  if (urls.some((url) => !/^(?:nats|tls):\/\/[^/\s]+\/?$/i.test(url) || !URL.canParse(url))) {
    return 'is not nats://HOST:PORT, or several with commas between them';
  }
  return urls.every((url) => schemeOf(url) === schemeOf(text)) ? undefined : 'has servers with TLS and without';
}

const schemeOf = (url: string): string => /^[a-z]+:\/\//i.exec(url)?.[0].toLowerCase() ?? '';
