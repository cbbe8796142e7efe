/** Options without their other half: each is refused with the option that it needs; the environment is let go. */
import { expect, test } from 'vitest';
import { slung } from '../cli/support.ts';

test.each([
  [['select', '--store', 'd', 'in'], '--store needs --record'],
  [['select', '--durability', 'none', 'in'], '--durability needs --record'],
  [['select', '--same-time', 'last', 'in'], '--same-time needs --record'],
  [['select', '--time', 'ts', 'in'], '--time needs --since or --until'],
  [['select', '--time-unit', 'ms', 'in'], '--time-unit needs --since, --until, --where or --rules'],
  [['select', '--listen-token', 't', 'in'], '--listen-token needs --listen'],
  [['select', '--listen-origin', 'https://a.example', 'in'], '--listen-origin needs --listen'],
  [['select', '--metrics-public', '--tee', 'x', 'in'], '--metrics-public needs --metrics'],
  [['run', './a.wasm', '--status-public', 'in'], '--status-public needs --status'],
  [['run', './a.wasm', '--listen-token', 't', 'in'], '--listen-token needs --listen'],
])('%j', async (line, message) => {
  const { code, err } = await slung(line);
  expect(code).toBe(2);
  expect(err).toContain(`slung: ${message}\n`);
});

test.each([
  ['--time', 'ts', '--since', '1h'],
  ['--time-unit', 'ms', '-w', 'a > @now'],
  ['--no-metrics-public'],
  ['--store', 'd', '--record', 'series=s time=t value=v'],
])('%s %s', async (...line) => {
  expect((await slung(['select', ...line, 'in'])).settings).toBeDefined();
});

test('the environment has preferences', async () => {
  const environment = { SLUNG_STORE: 'd', SLUNG_DURABILITY: 'none', SLUNG_LISTEN_TOKEN: 't' };
  expect((await slung(['select', 'in'], { environment })).settings).toBeDefined();
});
