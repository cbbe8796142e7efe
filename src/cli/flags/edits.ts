/** The flags that edit records: a part of the table of select, which flags.ts explains. */
import type { CommandName } from '../commands.ts';
import type { Flag } from './flag.ts';

const commands: readonly CommandName[] = ['select'];

export const editFlags: readonly Flag[] = [
  {
    key: 'drop',
    long: 'drop',
    type: 'list',
    value: 'LIST',
    group: 'Edits',
    doc: 'Leave these out of the records: a,b.c',
    longDoc: `Leave these places out of each record, and output the rest as it is, in its order and with its numbers as they were written. LIST is paths with commas between them; of an array, tags[0] is an element. What is not there is not missed. May be given more than once.

--drop, --set, --rename, --flatten and --explode may be combined, and come before -f: its paths are those of the edited record. Their paths are those of the record as it was read, and no place can be edited twice. A record that is no object stays as it is; one that becomes longer than --max-record is a bad line.`,
    commands,
  },
  {
    key: 'setPath',
    long: 'set',
    type: 'list',
    value: 'PATH=VALUE',
    group: 'Edits',
    doc: 'Set PATH to a literal or to another place: env="prod"',
    longDoc: `Set PATH to VALUE: text in quotes, a number, true, false, null, an array or an object as JSON writes them, or another path, whose value is copied as it was written; json(log) is the JSON that the text of log is. A path that the record does not have sets nothing. What is not there is made, at the end of its object, and so are the objects around it; below a value that is no object, and in arrays, nothing is made. May be given more than once.`,
    commands,
  },
  {
    key: 'rename',
    long: 'rename',
    type: 'list',
    value: 'OLD=NEW',
    group: 'Edits',
    doc: 'Give the last key of the path OLD the name NEW',
    longDoc:
      'Give the last key of the path OLD another name; the member stays in its place. NEW is one key, also with dots in it, or text in quotes. Another member of that name gives way, in records that have OLD. May be given more than once.',
    commands,
  },
  {
    key: 'flatten',
    long: 'flatten',
    type: 'text',
    value: 'SEP',
    bare: '.',
    group: 'Edits',
    doc: 'Make members of objects members of the record: a.b',
    longDoc:
      'Make the members of objects members of the record, with the keys above them in front and SEP, or a dot, between. Arrays, and objects without members, stay as they are. The value must be joined by =. It comes after the other edits.',
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
      'Output a record for each element of the array at PATH, in which the element stands for the array. An empty array makes none; where there is no array, the record stays one.',
    commands,
  },
];
