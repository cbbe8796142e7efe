/**
 * The flags that say what an event or a point is and, with --listen, who may send some: part of the table of
 * run.ts, which flags.ts explains.
 *
 * The surprising part: the token of --listen may come from the environment, unlike what grants rights. It takes some
 * away.
 */
import { rules } from '../../config/rules.ts';
import type { CommandName } from '../commands.ts';
import type { Flag } from './flag.ts';

const commands: readonly CommandName[] = ['run'];
const andWrite: readonly CommandName[] = ['run', 'store write'];

export const eventFlags: readonly Flag[] = [
  {
    key: 'timeField',
    long: 'time',
    type: 'text',
    value: 'FIELD',
    default: 'timestamp',
    group: 'Events and points',
    doc: 'Where the time is',
    longDoc:
      'The path of the time of an event for a Slung program, or of a point for the store: a number (see --time-unit) or a text as in RFC 3339, such as 2026-01-01T08:30:00.25+01:00. In a text, t, z and a space for the T are allowed, seconds may be left out, and the zone may be +0100 or +01. A text without a zone is refused, because it could be any time of a day, and so are a date alone, slashes and 20260101T083000Z.',
    common: ['store write'],
    commands: andWrite,
  },
  {
    key: 'valueField',
    long: 'value',
    ...rules.valueField,
    value: 'FIELD',
    group: 'Events and points',
    doc: 'Where the value of an event is',
    longDoc: "For Slung programs: the path of an event's value, a number.",
    commands,
  },
  {
    key: 'seriesField',
    long: 'series',
    type: 'text',
    value: 'FIELD',
    default: 'series',
    group: 'Events and points',
    doc: 'Where the name of the series is',
    longDoc:
      'The path of the name of the series that an event for a Slung program, or a point for the store, belongs to.',
    common: ['store write'],
    commands: andWrite,
  },
  {
    key: 'tagsField',
    long: 'tags',
    ...rules.tagsField,
    value: 'FIELD',
    group: 'Events and points',
    doc: 'Where the tags of an event are',
    longDoc:
      "For Slung programs: the path of an event's tags: an array of strings, or an object, of which each member becomes name=value.",
    commands,
  },
  {
    key: 'timeUnit',
    long: 'time-unit',
    ...rules.timeUnit,
    value: 'UNIT',
    group: 'Events and points',
    doc: 'The unit of times that are numbers',
    longDoc:
      'The unit of times that are numbers: seconds, milliseconds, microseconds or nanoseconds since 1970. auto decides once for each input and field, by the size of the first numbers; -v says how. A time before 1990 or after 2100 in that unit is reported once.',
    commands: andWrite,
  },
  {
    key: 'listen',
    long: 'listen',
    type: 'text',
    value: 'URL',
    group: 'Events and points',
    doc: 'Take events from producers at ws://HOST:PORT',
    longDoc:
      'Instead of reading files, listen for WebSocket connections at URL, ws://HOST:PORT, and take what they send as events: binary frames of Slung, or JSON objects, one a line. HOST is best 127.0.0.1: what listens elsewhere can be reached by others, and what they send is not encrypted.',
    commands,
  },
  {
    key: 'listenToken',
    long: 'listen-token',
    type: 'text',
    value: 'TOKEN',
    env: 'SLUNG_LISTEN_TOKEN',
    group: 'Events and points',
    doc: 'What producers have to show; @FILE reads it from FILE',
    longDoc:
      'Refuse producers that do not show TOKEN, as the header Authorization: Bearer TOKEN or, for web pages, as ?token=TOKEN in the URL. @FILE takes the first line of FILE. A token on the command line can be seen by other users of the machine; in a file or in the environment it cannot.',
    commands,
  },
  {
    key: 'listenOrigin',
    long: 'listen-origin',
    type: 'list',
    value: 'ORIGIN',
    group: 'Events and points',
    doc: 'Let web pages of ORIGIN connect',
    longDoc:
      'Let web pages of ORIGIN connect, such as https://app.example; * lets every page connect. May be given more than once. Without it, pages of this machine and of the address of --listen may connect. Programs that are no browsers do not send an origin and are not asked for one.',
    commands,
  },
];
