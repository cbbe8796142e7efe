/**
 * Settings as the commands have them: the defaults of the flag table, and changes by key, whichever part a key belongs
 * to. So a test says what it changes and nothing of how settings are divided.
 */
import { flagsOf } from '../../src/cli/flags/flags.ts';
import { defaultLayer } from '../../src/cli/sources.ts';
import { resolveLayers } from '../../src/config/layers.ts';
import { runSettings } from '../../src/config/run.ts';
import { selectSettings } from '../../src/config/select.ts';
import type {
  BatchSettings,
  InputSettings,
  OutputSettings,
  PluginConduct,
  PluginGrants,
  PluginSetting,
  RejectSettings,
  ReportSettings,
  RunSettings,
  SandboxLimits,
  SelectionSettings,
  SelectSettings,
  SinkSettings,
  TalkSettings,
} from '../../src/config/settings.ts';

/** What stands in the parts that are settings by themselves. */
type Keys = InputSettings &
  BatchSettings &
  SelectionSettings &
  OutputSettings &
  SinkSettings &
  RejectSettings &
  ReportSettings &
  TalkSettings;

const parts = ['input', 'batches', 'selection', 'output', 'sink', 'rejects', 'report', 'talk', 'limits', 'grants'];

export type SelectChanges = Partial<Keys & Pick<SelectSettings, 'lanes' | 'record'>>;

/** Every key of the settings beside the others, and what is no part as it is. */
export function flat<T extends object>(settings: T): Keys & T {
  const all = settings as unknown as Readonly<Record<string, unknown>>;
  const own = parts.flatMap((name) => Object.entries(all[name] ?? {}));
  return Object.fromEntries([...Object.entries(all).filter(([key]) => !isPart(key)), ...own]) as Keys & T;
}

const isPart = (key: string): boolean => parts.includes(key);

/** `settings` with what is changed put into the part that has the key. @throws Error for a key that nothing has */
function changed<T extends object>(settings: T, changes: object): T {
  const left = new Map(Object.entries(changes));
  const taken = (of: object): object =>
    Object.fromEntries(
      Object.entries(of).map(([key, value]) => {
        if (!left.has(key)) return [key, value];
        const change = left.get(key);
        left.delete(key);
        return [key, change];
      }),
    );
  const entries = Object.entries(settings).map(([key, value]) => [key, isPart(key) ? taken(value) : value]);
  const result = taken(Object.fromEntries(entries)) as T;
  if (left.size > 0) throw new Error(`no setting is called ${[...left.keys()].join(', ')}`);
  return result;
}

/** The settings of `slung select` on one lane. */
export function selectWith(changes: SelectChanges = {}): SelectSettings {
  const resolved = resolveLayers([defaultLayer(flagsOf('select'), { lanes: 1 })]);
  const settings = selectSettings(resolved, []);
  // A key that is only there when something was asked for.
  const output = 'edits' in changes ? { edits: undefined, ...settings.output } : settings.output;
  return changed({ ...settings, output }, changes);
}

/** What all plugins of a run have in common, by key. */
type ConductChanges = Partial<Omit<PluginConduct, 'limits' | 'grants'> & SandboxLimits & PluginGrants>;

/** Of a run: what is changed for all plugins, and the rest. */
export type RunChanges = SelectChanges & ConductChanges & Partial<Pick<RunSettings, 'listen' | 'cacheFile'>>;

/** A plugin with nothing but what it is, and perhaps a conduct of its own. */
export type BarePlugin = Omit<PluginSetting, keyof PluginConduct> & Partial<PluginConduct>;

/** The settings of `slung run`: what is changed for all plugins is, unless one has its own. */
export async function runWith(plugins: readonly BarePlugin[], changes: RunChanges = {}): Promise<RunSettings> {
  const resolved = resolveLayers([defaultLayer(flagsOf('run'), {})]);
  const load = async () => ({ name: 'p', file: 'p.wasm', bytes: new Uint8Array(0) });
  const sources = { load, readToken: () => '', checkHost: () => {}, environment: {} };
  const settings = await runSettings(resolved, { plugin: 'p', files: [], args: [] }, sources);
  const { name, file, bytes, abi, config, ...conduct } = settings.plugins[0]!;
  const keys = new Set(Object.keys(flat(conduct)));
  const changesOf = (isOfPlugins: boolean): object =>
    Object.fromEntries(Object.entries(changes).filter(([key]) => keys.has(key) === isOfPlugins));
  const common = changed(conduct, changesOf(true));
  return { ...changed(settings, changesOf(false)), plugins: plugins.map((plugin) => ({ ...common, ...plugin })) };
}
