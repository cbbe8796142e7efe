/** The keys of `routes`: a part of the table that keys.ts explains. */
import type { KeyRow } from './key.ts';

/** What is output of a record: of a sink, and of a route to one. */
export const projectionKeys: readonly KeyRow[] = [
  {
    name: 'format',
    type: 'choice',
    choices: ['ndjson', 'csv', 'tsv'],
    default: 'ndjson',
    doc: 'The format of the output.',
  },
  {
    name: 'fields',
    type: 'fields',
    doc: 'Only these places of a record: a list of a, b.c, name=a.b, file=@file or line=@line.',
  },
  { name: 'delimiter', flag: 'delimiter', doc: 'Of csv: the character between cells.' },
  { name: 'quote', flag: 'quote', doc: 'Of csv: which cells are in quotes.' },
  {
    name: 'null',
    flag: 'null',
    doc: "Of csv and tsv: what stands for null and for what is missing. In quotes where YAML has no text: 'NULL'.",
  },
  { name: 'crlf', flag: 'crlf', doc: 'Of csv and tsv: rows end with CR LF.' },
  { name: 'bom', flag: 'bom', doc: 'Of csv: a byte order mark comes first.' },
  { name: 'csv-safe', flag: 'csv-safe', doc: 'Of csv: spreadsheets take no text for a formula.' },
  { name: 'drop', type: 'texts', doc: 'Places that are left out; the rest of the record stays as it is.' },
  {
    name: 'set',
    type: 'texts',
    doc: "Places that are set: a list of 'env=\"prod\"' or 'to=source.name'. See --set of slung select.",
  },
  { name: 'rename', type: 'texts', doc: 'Keys that get another name: a list of OLD=NEW.' },
  {
    name: 'flatten',
    type: 'text',
    doc: 'Members of objects become members of the record; this stands between their keys.',
  },
  { name: 'explode', type: 'text', doc: 'An array of which each element makes a record.' },
  {
    name: 'header',
    flag: 'no-header',
    type: 'switch',
    doc: 'Whether csv and tsv begin with the names of the columns.',
  },
];

const where: KeyRow = {
  name: 'where',
  type: 'selector',
  doc: 'A selector, or a list of which all must hold. See slung-selectors(7).',
};

const timeUnit: KeyRow = {
  name: 'time-unit',
  flag: 'time-unit',
  doc: 'The unit of times that are numbers, when where compares them with @.',
};

export const routeKeys: readonly KeyRow[] = [
  { name: 'from', type: 'nodes', isRequired: true, doc: 'The source or plugin that records come from.' },
  { name: 'to', type: 'nodes', doc: 'The plugin or sink that they go to; or a list.' },
  {
    name: 'first',
    type: 'sections',
    of: 'branch',
    doc: 'Branches instead of to: a record goes along the first that takes it.',
  },
  where,
  timeUnit,
  ...projectionKeys,
];

export const branchKeys: readonly KeyRow[] = [
  { ...where, doc: 'A selector, or a list of which all must hold. A branch without one takes the rest.' },
  timeUnit,
  { name: 'to', type: 'nodes', isRequired: true, doc: 'The plugin or sink that the records go to; or a list.' },
  ...projectionKeys,
];
