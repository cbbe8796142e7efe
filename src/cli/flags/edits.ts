/** The flags that edit records: a part of the table of select, which flags.ts explains. */
import type { CommandName } from '../commands.ts';
import type { Flag } from './flag.ts';

const commands: readonly CommandName[] = ['select', 'run'];

export const editFlags: readonly Flag[] = [
  {
    key: 'drop',
    long: 'drop',
    type: 'list',
    value: 'LIST',
    group: 'Edits',
    doc: 'Remove these from the records: a,b.c',
    longDoc: `Remove these paths from each record and keep the rest as it is: its order, and its numbers as they were written. LIST is paths separated by commas; tags[0] is an element of an array. A path that a record does not have is ignored. May be given more than once.

--drop, --set, --rename, --flatten and --explode may be combined, and take effect before -f, whose paths are those of the edited record. Of run, they edit what the last plugin outputs, as -f does; -w is about what the first one gets. Their own paths are those of the record as it was read, and no path can be edited twice. A record that is not an object stays as it is; one that becomes longer than --max-record is a bad line.`,
    commands,
  },
  {
    key: 'setPath',
    long: 'set',
    type: 'list',
    value: 'PATH=VALUE',
    group: 'Edits',
    doc: 'Set PATH to a literal or to another path: env="prod"',
    longDoc: `Set PATH to VALUE: text in quotes, a number, true, false, null, an array or an object as JSON writes them, or another path, whose value is copied as it was written; json(log) is the JSON in the text of log; @file and @line are where the record is from. If the record does not have that other path, nothing is set. A missing member is added at the end of its object, together with the objects around it; nothing is added below a value that is not an object, nor to arrays. May be given more than once.`,
    commands: ['select'],
  },
  {
    key: 'set',
    long: 'set',
    type: 'list',
    value: 'PATH=VALUE',
    group: 'Edits',
    doc: 'Set PATH of the output: env="prod"; with -c, a key of FILE',
    longDoc: `With a PLUGIN: set PATH of what it outputs to VALUE, as --set of select does: text in quotes, a number, true, false, null, an array or an object as JSON writes them, or another path.

With --config: take VALUE for the key at PATH, such as sinks.out.path=x or plugins.geo.config.db=eu, in place of what the file says. VALUE is taken literally, or read as YAML when it begins with a bracket, a brace or a quote; variables in it are not replaced. May be given more than once.`,
    commands: ['run'],
  },
  {
    key: 'rename',
    long: 'rename',
    type: 'list',
    value: 'OLD=NEW',
    group: 'Edits',
    doc: 'Rename the last key of the path OLD to NEW',
    longDoc:
      'Rename the last key of the path OLD; the member stays in its place. NEW is one key, which may contain dots, or text in quotes. In records that have OLD, another member called NEW is removed. May be given more than once.',
    commands,
  },
  {
    key: 'flatten',
    long: 'flatten',
    type: 'text',
    value: 'SEP',
    bare: '.',
    group: 'Edits',
    doc: 'Lift the members of nested objects into the record: a.b',
    longDoc:
      'Lift the members of nested objects into the record: {"a":{"b":1}} becomes {"a.b":1}. SEP, which follows = without a space, replaces the dot. Arrays and empty objects stay as they are. It takes effect after the other edits.',
    commands,
  },
  {
    key: 'explode',
    long: 'explode',
    type: 'text',
    value: 'PATH',
    group: 'Edits',
    doc: 'Output a record for each element of the array at PATH',
    longDoc:
      'Output one record for each element of the array at PATH, with the element in place of the array. A record whose array is empty outputs nothing; one without an array there stays as it is.',
    commands,
  },
];
