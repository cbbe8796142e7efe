// @ts-check
/**
 * A spec as JavaScript functions. They are compiled from source text, so a baseline runs what a person would have
 * written by hand (`r?.source?.name === "myservice"`, an object literal with five members) and not an interpreter
 * of paths, which would make the baselines slower than they need to be.
 */

/** @typedef {import('../tasks.mjs').Spec} Spec */
/** @typedef {(record: any) => boolean} Predicate */
/** @typedef {(record: any) => string} RowWriter */

/** @param {import('../tasks.mjs').Steps} steps @returns {string} a JavaScript expression over `r` */
function access(steps) {
  return `r${steps.map((step) => `?.[${JSON.stringify(step)}]`).join('')}`;
}

/** @param {import('../tasks.mjs').FilterSpec} spec @returns {Predicate} */
export function compilePredicate(spec) {
  const value = access(spec.path.steps);
  if (spec.op === 'eq')
    return /** @type {Predicate} */ (new Function('r', `return ${value} === ${JSON.stringify(spec.value)}`));
  const make = new Function('re', `return (r) => { const v = ${value}; return typeof v === 'string' && re.test(v); }`);
  return make(new RegExp(String(spec.value)));
}

/**
 * A record to one line of output, newline included: compact JSON without the members that are missing, or RFC 4180 CSV
 * with empty cells for them.
 * @param {import('../tasks.mjs').ProjectSpec} spec @returns {RowWriter}
 */
export function compileRow(spec) {
  if (spec.kind === 'project') {
    const members = spec.columns.map((one) => `${JSON.stringify(one.name)}: ${access(one.path.steps)}`);
    return /** @type {RowWriter} */ (new Function('r', `return JSON.stringify({ ${members.join(', ')} }) + '\\n'`));
  }
  const cells = spec.columns.map((one) => `cell(${access(one.path.steps)})`);
  return new Function('cell', `return (r) => ${cells.join(" + ',' + ")} + '\\n'`)(csvCell);
}

/** The first output of a task: CSV's header row, otherwise nothing. @param {Spec} spec */
export function header(spec) {
  return spec.kind === 'csv' ? `${spec.columns.map((one) => csvCell(one.name)).join(',')}\n` : '';
}

const MUST_QUOTE = /[",\n\r]/;

/** @param {unknown} value @returns {string} */
function csvCell(value) {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return MUST_QUOTE.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
