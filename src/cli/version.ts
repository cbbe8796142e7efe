/**
 * `slung --version`: what a bug report needs. The engine has no number of its own: it is built with the package, and
 * its bytes are named by a checksum, which tells a stale or foreign build from the released one.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import packageJson from '../../package.json' with { type: 'json' };

/** The package's version, for help and man pages. */
export const version: string = packageJson.version;

/** The interfaces that plugins may be made for; src/plugin/README.md has each. */
const pluginWorlds = 'tangent:logs/processor@0.1.0, env.u_*, WASI preview 1, WASI 0.2';

/** Several lines; the first is `slung X.Y.Z`. */
export function versionText(): string {
  return [
    `slung ${version}`,
    `engine ${engineText()}`,
    `node ${process.versions.node} (V8 ${process.versions.v8})`,
    `platform ${process.platform} ${process.arch}`,
    `plugins ${pluginWorlds}`,
    '',
  ].join('\n');
}

/** The engine's checksum. It lies beside the bundle; a source tree that was never built has none. */
function engineText(): string {
  try {
    const bytes = readFileSync(new URL('./engine.wasm', import.meta.url));
    return `sha256 ${createHash('sha256').update(bytes).digest('hex').slice(0, 12)} (${bytes.length} bytes)`;
  } catch {
    return 'not built';
  }
}
