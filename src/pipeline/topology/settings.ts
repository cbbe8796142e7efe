/** The settings of a topology's run: the checked file, what the command line adds, and the plugins. */
import type {
  BatchSettings,
  PluginSetting,
  RejectSettings,
  ReportSettings,
  TalkSettings,
} from '../../config/settings.ts';
import type { PluginKind } from '../../plugin/guest.ts';
import type { Topology } from '../../topology/index.ts';
import type { WorkerIdentity } from './report.ts';

/** Where pages about the run are served. */
export interface PagesAddress {
  /** Without brackets. */
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
  /** Other machines may ask, too. */
  readonly isPublic: boolean;
}

export interface TopologySettings {
  readonly topology: Topology;
  /** What the source stdin reads: files, or `-` for standard input. */
  readonly inputs: readonly string[];
  readonly batches: BatchSettings;
  /** The most lanes of a router; undefined: one for each core. A plugin has its own number. */
  readonly lanes: number | undefined;
  readonly rejects: RejectSettings;
  /** What would keep bad lines, for messages, when that is not a line of a file. */
  readonly rejectsFlag?: string | undefined;
  readonly report: ReportSettings;
  readonly talk: TalkSettings;
  /** By the names of the nodes. */
  readonly plugins: ReadonlyMap<string, { readonly kind: PluginKind; readonly setting: PluginSetting }>;
  /** Where to show the figures of the run, and all that there is to say of it; undefined: nowhere. */
  readonly metrics: PagesAddress | undefined;
  readonly status: PagesAddress | undefined;
  readonly worker: WorkerIdentity;
  /** The file in which plugins keep what they cache; undefined: in memory. */
  readonly cacheFile: string | undefined;
}
