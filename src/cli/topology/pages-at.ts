/** Where --metrics and --status are served: PORT and :PORT are on this machine alone. */
import { UsageError } from '../../config/errors.ts';
import type { Resolved } from '../../config/layers.ts';
import type { PagesAddress, TopologySettings } from '../../pipeline/topology/settings.ts';
import { quoted } from '../../text/printable.ts';

const LOOPBACK = '127.0.0.1';
const MAX_PORT = 65_535;

/** @throws UsageError */
export function pagesAt(resolved: Resolved): Pick<TopologySettings, 'metrics' | 'status'> {
  const metrics = addressOf(resolved, 'metrics', 'metricsPublic');
  const status = addressOf(resolved, 'status', 'statusPublic');
  if (metrics !== undefined && metrics.port > 0 && metrics.port === status?.port && metrics.host === status.host) {
    throw new UsageError('--metrics and --status are one address', 'Leave --metrics out: --status has /metrics, too.');
  }
  return { metrics, status };
}

function addressOf(resolved: Resolved, key: string, publicKey: string): PagesAddress | undefined {
  const text = resolved.optionalText(key);
  if (text === undefined) return undefined;
  const [, host = LOOPBACK, port = ''] = /^(?:(\[[0-9a-f:.]+\]|[^\s:/[\]]+)?:)?(\d{1,5})$/i.exec(text) ?? [];
  if (port === '' || Number(port) > MAX_PORT) {
    const name = resolved.originText(key);
    throw new UsageError(
      `${name}: ${quoted(text)} is not HOST:PORT`,
      `For example: --${key} 9090, which is ${LOOPBACK}:9090`,
    );
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port), isPublic: resolved.boolean(publicKey) };
}
