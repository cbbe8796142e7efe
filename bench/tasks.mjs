// @ts-check
/**
 * What is measured: for each shape the same six tasks, as neutral specs that dialects.mjs (jq, Miller, SQL, slung) and
 * baselines/compile.mjs (JavaScript) translate, so that every tool is asked for the same thing. A path's steps are
 * explicit: `id.resp_p` in Zeek is one key with a dot, `source.name` is two keys.
 */

/** @typedef {readonly (string | number)[]} Steps object keys and array indexes */
/** @typedef {{ text: string, steps: Steps }} FieldPath `text` is how a slung user writes it */
/**
 * @typedef {{ name: string, path: FieldPath, type: 'string' | 'number' }} Column `type` is a hint for DuckDB's reader
 */
/**
 * @typedef {{ kind: 'filter', path: FieldPath, op: 'eq' | 'regex', value: string | number, grep?: readonly string[] }}
 * FilterSpec `grep`: arguments for a grep that looks for nearly the same lines without parsing
 */
/** @typedef {{ kind: 'project' | 'csv', columns: readonly Column[] }} ProjectSpec */
/** @typedef {{ kind: 'validate' }} ValidateSpec */
/** @typedef {FilterSpec | ProjectSpec | ValidateSpec} Spec */

/** In the order they are shown. */
export const TASKS = ['filter', 'filter-key', 'regex', 'project', 'csv', 'validate'];

/** @param {...(string | number)} steps @returns {FieldPath} */
function path(...steps) {
  let text = '';
  for (const step of steps) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`;
  return { text, steps };
}

/** @param {FieldPath} at @param {'string' | 'number'} [type] @returns {Column} */
const column = (at, type = 'string') => ({ name: at.text, path: at, type });

/**
 * @param {FieldPath} at @param {string | number} value @param {string} fixed a fixed string that such lines hold
 * @returns {Spec}
 */
const equal = (at, value, fixed) => ({ kind: 'filter', path: at, op: 'eq', value, grep: ['-F', fixed] });

/** @param {FieldPath} at @param {string} value @param {string} pattern for the whole line @returns {Spec} */
const matches = (at, value, pattern) => ({ kind: 'filter', path: at, op: 'regex', value, grep: ['-E', pattern] });

/**
 * The key that decides is near the front in one task and deep or dotted in the other; regexes mean the same in RE2,
 * Oniguruma, Go and JavaScript. @type {Record<import('./generate.mjs').Shape, Record<string, Spec>>}
 */
const SPECS = {
  flat: {
    filter: equal(path('source', 'name'), 'myservice', '"name":"myservice"'),
    'filter-key': equal(path('msg.level'), 'error', '"msg.level":"error"'),
    regex: matches(path('msg'), 'time(d)? ?out|refused|[Ff]ailed', 'time(d)? ?out|refused|[Ff]ailed'),
    project: {
      kind: 'project',
      columns: [
        column(path('ts')),
        column(path('source', 'name')),
        column(path('msg')),
        column(path('msg.level')),
        column(path('duration'), 'number'),
      ],
    },
    csv: {
      kind: 'csv',
      columns: [
        column(path('ts')),
        column(path('host')),
        column(path('source', 'name')),
        column(path('msg')),
        column(path('seen'), 'number'),
      ],
    },
    validate: { kind: 'validate' },
  },
  zeek: {
    filter: equal(path('service'), 'dns', '"service":"dns"'),
    'filter-key': equal(path('id.resp_p'), 53, '"id.resp_p":53,'),
    regex: matches(path('history'), '^ShAD.*F$', '"history":"ShAD[^"]*F"'),
    project: {
      kind: 'project',
      columns: [
        column(path('ts'), 'number'),
        column(path('uid')),
        column(path('id.orig_h')),
        column(path('id.resp_p'), 'number'),
        column(path('conn_state')),
      ],
    },
    csv: {
      kind: 'csv',
      columns: [
        column(path('uid')),
        column(path('id.orig_h')),
        column(path('id.resp_p'), 'number'),
        column(path('service')),
        column(path('duration'), 'number'),
      ],
    },
    validate: { kind: 'validate' },
  },
  github: {
    filter: equal(path('payload', 'ref'), 'refs/heads/main', '"ref":"refs/heads/main"'),
    'filter-key': equal(path('type'), 'PushEvent', '"type":"PushEvent"'),
    regex: matches(path('actor', 'login'), '(bot|ci)(\\[bot\\])?$', '"login":"[^"]*(bot|ci)(\\[bot\\])?"'),
    project: {
      kind: 'project',
      columns: [
        column(path('id')),
        column(path('type')),
        column(path('actor', 'login')),
        column(path('repo', 'name')),
        column(path('created_at')),
      ],
    },
    csv: {
      kind: 'csv',
      columns: [
        column(path('id')),
        column(path('type')),
        column(path('repo', 'name')),
        column(path('payload', 'action')),
        column(path('payload', 'commits', 0, 'message')),
      ],
    },
    validate: { kind: 'validate' },
  },
};

/** @param {import('./generate.mjs').Shape} shape @param {string} task one of TASKS @returns {Spec} */
export function specOf(shape, task) {
  const spec = SPECS[shape][task];
  if (spec === undefined) throw new Error(`no task ${task}: one of ${TASKS.join(', ')}`);
  return spec;
}

/**
 * Tasks over a file of the user's own (--data): --where gives `filter`, --fields gives `project` and `csv`.
 * @param {unknown} sample a record of the file: decides whether `a.b` is one key (whole keys win) and which columns
 * are numbers
 * @param {string | undefined} where `PATH == LITERAL` or `PATH ~ "REGEX"`: simple enough to be put to every tool
 * @param {string | undefined} fields paths, separated by commas
 * @returns {Record<string, Spec>}
 */
export function customSpecs(sample, where, fields) {
  /** @type {Record<string, Spec>} */
  const specs = {};
  if (where !== undefined) {
    const parts = /^\s*(.+?)\s*(==|~)\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?)\s*$/.exec(where);
    if (parts === null) throw new Error(`--where ${where}: the bench understands PATH == LITERAL and PATH ~ "REGEX"`);
    const [, text = '', operator, literal = ''] = parts;
    const op = operator === '~' ? 'regex' : 'eq';
    specs.filter = { kind: 'filter', path: resolvePath(sample, text), op, value: JSON.parse(literal) };
  }
  if (fields !== undefined) {
    const columns = fields.split(',').map((text) => {
      const at = resolvePath(sample, text.trim());
      return column(at, typeof valueAt(sample, at.steps) === 'number' ? 'number' : 'string');
    });
    specs.project = { kind: 'project', columns };
    specs.csv = { kind: 'csv', columns };
  }
  specs.validate = { kind: 'validate' };
  return specs;
}

/** @param {unknown} sample @param {string} text @returns {FieldPath} */
function resolvePath(sample, text) {
  if (typeof sample === 'object' && sample !== null && Object.hasOwn(sample, text)) return { text, steps: [text] };
  const steps = [...text.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key]) =>
    index === undefined ? /** @type {string} */ (key) : Number(index),
  );
  return { text, steps };
}

/** @param {unknown} value @param {Steps} steps @returns {unknown} undefined when there is nothing */
function valueAt(value, steps) {
  let at = value;
  for (const step of steps) at = /** @type {Record<string | number, unknown> | null | undefined} */ (at)?.[step];
  return at;
}
