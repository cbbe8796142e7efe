// @ts-check
/**
 * One spec in every tool's own language: slung's flags, jq, Miller's DSL, DuckDB's SQL. The forms are the ones that
 * measured best for each tool (for DuckDB: raw objects for a filter, typed columns for a projection), so that no tool
 * is held back by how it was asked.
 */

/** @typedef {import('./tasks.mjs').Spec} Spec */
/** @typedef {import('./tasks.mjs').Steps} Steps */

/** @param {Spec} spec @returns {string[]} arguments after `slung select` */
export function slungArguments(spec) {
  switch (spec.kind) {
    case 'filter':
      return ['-w', `${spec.path.text} ${spec.op === 'eq' ? '==' : '~'} ${JSON.stringify(spec.value)}`];
    case 'project':
    case 'csv': {
      const fields = ['-f', spec.columns.map((one) => one.path.text).join(',')];
      return spec.kind === 'csv' ? ['--to', 'csv', ...fields] : fields;
    }
    case 'validate':
      return ['--stats=json'];
  }
}

/** @param {Steps} steps */
const jqPath = (steps) => `.${steps.map((step) => `[${JSON.stringify(step)}]`).join('')}`;

/** @param {Spec} spec @returns {string[]} jq's arguments before the file */
export function jqArguments(spec) {
  switch (spec.kind) {
    case 'filter': {
      const at = jqPath(spec.path.steps);
      const value = JSON.stringify(spec.value);
      return ['-c', spec.op === 'eq' ? `select(${at} == ${value})` : `select(${at} | strings | test(${value}))`];
    }
    case 'project':
      return [
        '-c',
        `{${spec.columns.map((one) => `${JSON.stringify(one.name)}: ${jqPath(one.path.steps)}`).join(', ')}}`,
      ];
    case 'csv':
      return ['-r', `[${spec.columns.map((one) => jqPath(one.path.steps)).join(', ')}] | @csv`];
    case 'validate':
      return ['-n', 'reduce inputs as $record (0; . + 1)'];
  }
}

/** Miller counts array elements from 1. @param {Steps} steps */
function millerPath(steps) {
  const [first, ...rest] = steps;
  return `\${${first}}${rest.map((step) => (typeof step === 'number' ? `[${step + 1}]` : `[${JSON.stringify(step)}]`)).join('')}`;
}

/** @param {Spec} spec @returns {string[]} Miller's arguments before the file */
export function millerArguments(spec) {
  switch (spec.kind) {
    case 'filter': {
      const test = spec.op === 'eq' ? `== ${JSON.stringify(spec.value)}` : `=~ "${spec.value}"`;
      return ['--ijsonl', '--ojsonl', 'filter', `${millerPath(spec.path.steps)} ${test}`];
    }
    case 'project':
    case 'csv': {
      const missing = spec.kind === 'csv' ? ' ?? ""' : '';
      const cells = spec.columns.map((one) => `${JSON.stringify(one.name)}: ${millerPath(one.path.steps)}${missing}`);
      const output = spec.kind === 'csv' ? '--ocsv' : '--ojsonl';
      return ['--ijsonl', output, '--no-auto-unflatten', 'put', '-q', `emit1 {${cells.join(', ')}}`];
    }
    case 'validate':
      return ['--ijsonl', '--onidx', 'count'];
  }
}

/** @param {string | number} text */
export const sqlString = (text) => `'${String(text).replaceAll("'", "''")}'`;
/** @param {string} text */
const sqlName = (text) => `"${text.replaceAll('"', '""')}"`;
/** @param {Steps} steps */
const sqlJsonPath = (steps) =>
  sqlString(`$${steps.map((step) => (typeof step === 'number' ? `[${step}]` : `."${step}"`)).join('')}`);

/**
 * A complete statement: a COPY to `output`, or for `validate` a SELECT of one count.
 * @param {Spec} spec @param {string} input @param {string} output
 */
export function duckdbSql(spec, input, output) {
  const objects = `read_ndjson_objects(${sqlString(input)}, maximum_object_size = 67108864)`;
  switch (spec.kind) {
    case 'filter': {
      const value = `json_extract_string(json, ${sqlJsonPath(spec.path.steps)})`;
      const test =
        spec.op === 'eq' ? `${value} = ${sqlString(spec.value)}` : `regexp_matches(${value}, ${sqlString(spec.value)})`;
      // CSV without quotes and with a delimiter that JSON cannot hold unescaped writes the record's own text.
      const raw = "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x01')";
      return `COPY (SELECT json FROM ${objects} WHERE ${test}) TO ${sqlString(output)} ${raw}`;
    }
    case 'project':
    case 'csv': {
      const format = spec.kind === 'csv' ? '(FORMAT csv, HEADER true)' : '(FORMAT json)';
      return `COPY (${projection(spec, input, objects)}) TO ${sqlString(output)} ${format}`;
    }
    case 'validate':
      return `SELECT count(json) FROM ${objects}`;
  }
}

/**
 * Declared columns (the reader then builds only those) while paths have at most two keys and CSV cells stay text;
 * deeper paths through json_extract.
 * @param {import('./tasks.mjs').ProjectSpec} spec @param {string} input @param {string} objects
 */
function projection(spec, input, objects) {
  if (
    spec.columns.some((one) => one.path.steps.length > 2 || one.path.steps.some((step) => typeof step === 'number'))
  ) {
    const cells = spec.columns.map((one, at) => `cells[${at + 1}] AS ${sqlName(one.name)}`);
    const paths = spec.columns.map((one) => sqlJsonPath(one.path.steps));
    const extract = spec.kind === 'csv' ? 'json_extract_string' : 'json_extract';
    return `SELECT ${cells.join(', ')} FROM (SELECT ${extract}(json, [${paths.join(', ')}]) AS cells FROM ${objects})`;
  }
  /** @type {Map<string, string[]>} */
  const roots = new Map();
  for (const { path, type } of spec.columns) {
    const [root = '', child] = path.steps;
    const sqlType = type === 'number' && spec.kind === 'project' ? 'DOUBLE' : 'VARCHAR';
    const types = roots.get(String(root)) ?? [];
    roots.set(String(root), [...types, child === undefined ? sqlType : `${sqlName(String(child))} ${sqlType}`]);
  }
  const nested = new Set(
    spec.columns.filter((one) => one.path.steps.length === 2).map((one) => String(one.path.steps[0])),
  );
  const columns = [...roots].map(
    ([root, types]) =>
      `${sqlString(root)}: ${sqlString(nested.has(root) ? `STRUCT(${types.join(', ')})` : (types[0] ?? ''))}`,
  );
  const cells = spec.columns.map(
    (one) => `${one.path.steps.map((step) => sqlName(String(step))).join('.')} AS ${sqlName(one.name)}`,
  );
  return `SELECT ${cells.join(', ')} FROM read_ndjson(${sqlString(input)}, columns = {${columns.join(', ')}}, maximum_object_size = 67108864)`;
}
