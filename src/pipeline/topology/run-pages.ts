/**
 * The pages of --metrics and --status: this file says what they contain, io/pages-listen.ts who may read them. Both
 * serve the same `/metrics`.
 */
import { randomUUID } from 'node:crypto';
import { pageOfFile } from '../../io/page-file.ts';
import { openPages, type Page, type PagesListen } from '../../io/pages-listen.ts';
import { metricsText } from './metrics.ts';
import type { TopologyReport } from './report.ts';
import type { RunStatus } from './run-status.ts';
import type { PagesAddress, TopologySettings } from './settings.ts';

/** Made by build.mjs of src/page. */
const statusPage = new URL('./status-page.html', import.meta.url);

/** The servers of one run. */
export class RunPages {
  readonly #status: RunStatus;
  #id: string | undefined;
  readonly #open: PagesListen[] = [];

  private constructor(status: RunStatus) {
    this.#status = status;
  }

  /** A name of the run. Made when somebody asks: node:crypto takes milliseconds to load. */
  get #run(): string {
    this.#id ??= randomUUID();
    return this.#id;
  }

  /** Begins to listen where the settings say, if they do. @throws SourceError; nothing stays open then */
  static async open({ metrics, status: at }: TopologySettings, status: RunStatus): Promise<RunPages> {
    const pages = new RunPages(status);
    try {
      if (metrics !== undefined) await pages.#listen('--metrics', metrics, '/metrics', pages.#figures());
      if (at !== undefined) await pages.#listen('--status', at, '/', { ...pages.#figures(), ...pages.#about() });
      return pages;
    } catch (error) {
      await pages.close();
      throw error;
    }
  }

  /** Whoever waits for the end of the run hears of it. Resolves when they have, or do not listen. */
  async close(): Promise<void> {
    if (this.#open.length === 0) return;
    const last = { status: this.#status.status(this.#run), stats: this.#status.report() };
    await Promise.all(this.#open.map((pages) => pages.close(jsonPage(last))));
  }

  async #listen(
    name: string,
    at: PagesAddress,
    path: string,
    pages: Readonly<Record<string, () => Page>>,
  ): Promise<void> {
    const opened = await openPages({ name, ...at, pages, held: name === '--status' ? '/end.json' : undefined });
    this.#open.push(opened);
    const host = at.host.includes(':') ? `[${at.host}]` : at.host;
    const address = `http://${host}:${opened.port}${path}`;
    const what = name === '--status' ? 'the status is' : 'metrics are';
    if (at.port === 0) this.#status.host.talk.warn(`${what} at ${address}`, { address });
  }

  #figures(): Readonly<Record<string, () => Page>> {
    const type = 'text/plain; version=0.0.4; charset=utf-8';
    return { '/metrics': () => this.#withReport((report) => ({ type, text: metricsText(report) })) };
  }

  #about(): Readonly<Record<string, () => Page>> {
    const page = pageOfFile(statusPage);
    return {
      '/': () => page,
      '/healthz': () => textPage(200, ['alive']),
      '/readyz': () => {
        const why = this.#status.unready();
        return why.length === 0 ? textPage(200, ['ready']) : textPage(503, why);
      },
      '/stats.json': () => this.#withReport(jsonPage),
      '/status.json': () => jsonPage(this.#status.status(this.#run)),
    };
  }

  #withReport(page: (report: TopologyReport) => Page): Page {
    const report = this.#status.report();
    return report === undefined ? textPage(503, this.#status.unready()) : page(report);
  }
}

const textPage = (status: number, lines: readonly string[]): Page => ({
  ...{ status, type: 'text/plain; charset=utf-8' },
  text: lines.map((line) => `${line}\n`).join(''),
});

const jsonPage = (value: unknown): Page => ({ type: 'application/json', text: `${JSON.stringify(value)}\n` });
