/** Consumers that are made: who made them is said where the server can keep it. */
import { expect, test } from 'vitest';
import type { Api } from '../../src/nats/api.ts';
import { findConsumer } from '../../src/nats/consumer.ts';
import { sourceOptions } from './support.ts';

test('a consumer says who has made it, from 2.10 on', async () => {
  const made = async (takesMetadata: boolean): Promise<unknown> => {
    let asked: Readonly<Record<string, unknown>> = {};
    const api = {
      takesMetadata,
      stream: async () => ({ config: { name: 'LOGS' }, state: { messages: 0 } }),
      consumer: async () => undefined,
      makeConsumer: async (_: string, name: string, config: typeof asked) => {
        asked = config;
        return { name, config };
      },
    };
    const options = sourceOptions('nats://h', { create: true, worker: 'slung web-3 machine 17 app' });
    await findConsumer(api as unknown as Api, options);
    return asked.metadata;
  };
  expect(await made(true)).toEqual({ 'made-by': 'slung web-3 machine 17 app' });
  expect(await made(false)).toBeUndefined();
});
