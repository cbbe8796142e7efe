/** The flags that say what an event or a point is: part of the table of run.ts, which flags.ts explains. */
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
];
