import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cachingPlugins } from '../../../src/cli/topology/file.ts';
import { resolveOver } from '../../../src/cli/topology/settings.ts';
import { processWorld } from '../../../src/cli/world.ts';
import { compilePlugin } from '../../support/plugins.ts';
import { topologyOf } from '../../topology/support.ts';

test('knows by its imports which plugin has a cache', async () => {
  const resolved = resolveOver('run', [], topologyOf('routes: [ stdin -> stdout ]'), processWorld());
  const plugins = new Map([
    ['remember', { bytes: await compilePlugin('fixtures/plugins/as/remember/plugin.ts'), kind: 'tangent-core' }],
    ['rust', { bytes: readFileSync('fixtures/plugins/tangent/scaffold-rust.wasm'), kind: 'tangent-component' }],
  ] as const);
  expect([...(await cachingPlugins(plugins, resolved))]).toEqual(['remember']);
});
