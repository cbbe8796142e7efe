// @ts-check
/**
 * What a terminal shows, as HTML: each picture is a command that is run when the site is made, with its output in the
 * colours of a terminal. The page of `--status` is a photograph (photograph.mjs), because a site has no run to show.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { escaped } from './man.mjs';

const COLUMNS = 92;
const DAY_MINUTES = 24 * 60;

/**
 * @typedef {object} Picture
 * @property {string} title
 * @property {string} about
 * @property {string} line as it is typed, for a shell in the folder of `writeInputs`
 * @property {number} [exitCode] 0 when missing
 */

/** @type {readonly Picture[]} */
const pictures = [
  {
    title: 'A day in the terminal',
    about: 'Three groups of a store, a value every 15 minutes. Each group has a colour and, without colours, a mark.',
    line: "slung query --store history --plot 'P99:latency:[] BY service EVERY 15m'",
  },
  {
    title: 'The same as a table',
    about: 'Numbers end below each other, and what went on is a line of eight heights.',
    line: "slung query --store history --to table 'MAX:latency:[] BY service EVERY 6h'",
  },
  {
    title: 'How often',
    about: 'Groups of records are counted while they are read.',
    line: 'slung count --by level,service --to table app.ndjson',
  },
  {
    title: 'A mistake in a selector',
    about: 'The place, what is wrong with it, and what to write instead.',
    line: `slung select -w 'level = "error"' app.ndjson`,
    exitCode: 2,
  },
  {
    title: 'A path that no record has',
    about: 'Nothing matched, and the end of the run says why.',
    line: `slung select -w 'servce == "billing"' app.ndjson`,
  },
  {
    title: 'A line that is no JSON',
    about: 'It costs only itself: it is shown with its place, counted, and the exit code is 1.',
    line: 'slung select -f service,level --to csv broken.ndjson',
    exitCode: 1,
  },
  {
    title: 'Mistakes in a topology',
    about: 'All of them at once, before anything is read.',
    line: 'slung check slung.yaml',
    exitCode: 2,
  },
];

/** Names of the photographs, in this folder and in the site's. */
export const photographs = ['status-light.png', 'status-dark.png'];

const photograph = `<h2 id="a-run-in-a-browser">A run in a browser</h2>
<p>With <code>--status 9090</code> a run shows itself at http://127.0.0.1:9090/: what goes where and how fast, what waits for
whom, what was rejected and why. This one is a photograph.</p>
<picture><source srcset="status-dark.png" media="(prefers-color-scheme: dark)"><img src="status-light.png" width="1280"
height="860" alt="The page of a run: records a second on the way from standard input to four sinks, and figures of each."></picture>`;

/** The page's HTML, without its frame. */
export function picturesPage() {
  const folder = mkdtempSync(join(tmpdir(), 'slung-pictures-'));
  try {
    const slung = join(process.cwd(), 'bin/slung.js');
    writeFileSync(join(folder, 'slung'), `#!/bin/sh\nexec "${process.execPath}" "${slung}" "$@"\n`, { mode: 0o755 });
    writeInputs(folder);
    return [
      '<h1 id="pictures">Pictures</h1>',
      '<p>Each was made by the command above it when this page was made.</p>',
      ...pictures.map((picture) => html(picture, folder)),
      photograph,
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {Picture} picture @param {string} folder */
function html({ title, about, line, exitCode = 0 }, folder) {
  const id = title.toLowerCase().replaceAll(' ', '-');
  return `<h2 id="${id}">${title}</h2>
<p>${about}</p>
<pre class="terminal" tabindex="0" aria-label="${escaped(`What a terminal shows: ${title}`)}"><code><span class="prompt">$ </span>${escaped(line)}
${coloured(run(line, folder, exitCode))}</code></pre>`;
}

/** @param {string} line @param {string} folder @param {number} exitCode */
function run(line, folder, exitCode) {
  const { status, stdout } = spawnSync('sh', ['-c', `${line} 2>&1`], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      PATH: `${folder}:${process.env.PATH}`,
      HOME: folder,
      LANG: 'C.UTF-8',
      SLUNG_COLOR: 'always',
      COLUMNS: String(COLUMNS),
      LINES: '24',
    },
  });
  if (status !== exitCode) throw new Error(`${line} ended with ${status}, not ${exitCode}:\n${stdout}`);
  return stdout.trimEnd();
}

/**
 * Text with the colours of ECMA-48 (SGR) as spans: only those that slung writes.
 * @param {string} text
 */
export function coloured(text) {
  /** @type {Set<string>} */
  let classes = new Set();
  return text
    .split(/(\x1b\[[\d;]*m)/)
    .map((part) => {
      const [, codes] = /^\x1b\[([\d;]*)m$/.exec(part) ?? [];
      if (codes === undefined) {
        if (part === '' || classes.size === 0) return escaped(part);
        return `<span class="${[...classes].join(' ')}">${escaped(part)}</span>`;
      }
      classes = new Set(codes.split(';').reduce(withCode, [...classes]));
      return '';
    })
    .join('');
}

/** @param {readonly string[]} classes @param {string} text @returns {readonly string[]} */
function withCode(classes, text) {
  const code = Number(text);
  if (code === 0) return [];
  if (code === 1) return [...classes, 'strong'];
  if (code === 2) return [...classes, 'faint'];
  if (code === 4) return [...classes, 'under'];
  if (code === 22) return classes.filter((name) => name !== 'strong' && name !== 'faint');
  if (code === 24) return classes.filter((name) => name !== 'under');
  const others = classes.filter((name) => !name.startsWith('ink-'));
  if (code === 39) return others;
  if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) return [...others, `ink-${code}`];
  throw new Error(`a picture has SGR ${code}, which is not known here`);
}

/** What the commands read: a day of three services, by a rule and not by chance, so that each site is the same. */
function writeInputs(/** @type {string} */ folder) {
  const services = ['billing', 'gateway', 'search'];
  const start = Date.parse('2026-03-14T00:00:00Z');
  const lines = Array.from({ length: DAY_MINUTES }, (_, minute) =>
    services.map((service, i) => {
      const wave = Math.sin(((minute - 240 * i) / DAY_MINUTES) * 2 * Math.PI);
      const latency = Math.round((220 + 90 * i + 120 * wave + ((minute * 37 + i * 11) % 83)) * 10) / 10;
      const level = (minute * 7 + i) % 23 === 0 ? 'error' : (minute + i) % 5 === 0 ? 'warn' : 'info';
      return JSON.stringify({ time: new Date(start + minute * 60_000).toISOString(), service, level, latency });
    }),
  ).flat();
  writeFileSync(join(folder, 'app.ndjson'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'broken.ndjson'), `${lines[0]}\n{"service":"search","level":"info",}\n${lines[1]}\n`);
  writeFileSync(
    join(folder, 'slung.yaml'),
    'sources:\n  app: { type: file, path: app.ndjson }\nsinks:\n  errors: { type: file, path: errors.ndjson }\nroutes:\n' +
      '  - { from: app, to: errors, whree: level == "error" }\n  - app -> archiv\n',
  );
  const write = 'slung store write --store history --series-name latency --time time --value latency --tags service';
  const { status, stderr } = spawnSync('sh', ['-c', `${write} app.ndjson`], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env.PATH}`, HOME: folder },
  });
  if (status !== 0) throw new Error(stderr);
}
