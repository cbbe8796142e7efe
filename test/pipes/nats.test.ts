/** Workers between streams of a real server: all arrives once, also when workers are killed or frozen. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isFull, sized } from '../support/full.ts';
import { hasNoNats, NatsServer, type Tools, toolsFor } from '../support/nats-server.ts';
import * as nats from './nats-support.ts';
import { workDirectory } from './support.ts';

const { RECORDS, Worker } = nats;
const BLOCKS = sized(80, 4546);
const KILLS = sized(2, 20);

describe.skipIf(hasNoNats)('workers between two streams', () => {
  const work = workDirectory();
  let server: NatsServer;
  let tools: Tools;

  beforeAll(async () => {
    server = await NatsServer.start();
    tools = await toolsFor(server);
  });
  afterAll(async () => {
    await tools?.nc.close();
    work.remove();
  });

  async function expectAll(title: string, blocks: number): Promise<void> {
    const counts = await nats.arrived(tools);
    nats.say(title, blocks * RECORDS, counts);
    expect(counts).toEqual({ distinct: blocks * RECORDS, twice: 0 });
  }

  describe.each(isFull ? [1, 2, 4] : [1, 4])('%i at one consumer', (count) => {
    const kills = Math.max(KILLS, count);
    const title = `${kills} × kill -9 of a worker`;

    test(`${title}: nothing is lost, and with ids nothing is there twice`, async () => {
      await nats.makeStreams(tools);
      nats.workerFile(work.path, server.url);
      const workers = Array.from({ length: count }, () => Worker.start(work.path));
      await nats.amid(tools, { blocks: BLOCKS, blows: kills }, async (blow) => {
        await workers[blow % count]!.kill();
        workers[blow % count] = Worker.start(work.path);
      });
      await Promise.all(workers.map((worker) => worker.stop()));
      await expectAll(`${title}, ${count} at work`, BLOCKS);
    });
  });

  /** The first worker holds messages while it is frozen, the second one gets them again and does them. */
  async function freezeOne(blocks: number): Promise<void> {
    const { jsm } = tools;
    const frozen = Worker.start(work.path);
    await nats.publish(tools, 0, 1);
    await nats.untilDone(tools, 1);
    await frozen.freeze();
    await nats.publish(tools, 1, blocks);
    await expect.poll(async () => (await jsm.consumers.info('LOGS', 'slung')).num_ack_pending).toBeGreaterThan(0);
    const other = Worker.start(work.path);
    await nats.untilDone(tools, blocks);
    frozen.thaw();
    await other.stop();
    // Only the first one is there to do this, after what it held.
    await nats.publish(tools, blocks, blocks + 1);
    await nats.untilDone(tools, blocks + 1);
    await frozen.stop();
  }

  describe('a worker that is frozen for longer than the server waits for it', () => {
    const blocks = sized(40, 4545);

    test('goes on with what others have done meanwhile: with ids nothing is there twice', async () => {
      await nats.makeStreams(tools, { ackWaitMs: 1000 });
      nats.workerFile(work.path, server.url, { ackWait: '1s' });
      await freezeOne(blocks);
      await expectAll('SIGSTOP of a worker, then SIGCONT', blocks + 1);
    });

    test('without ids it is there twice, and nothing is lost', async () => {
      await nats.makeStreams(tools, { ackWaitMs: 1000 });
      nats.workerFile(work.path, server.url, { ackWait: '1s', sink: ', dedupe: false' });
      await freezeOne(blocks);
      const counts = await nats.arrived(tools);
      nats.say('the same without ids', (blocks + 1) * RECORDS, counts);
      expect(counts.distinct).toBe((blocks + 1) * RECORDS);
      expect(counts.twice).toBeGreaterThan(0);
      // No more than one worker holds, which is what may be in flight.
      expect(counts.twice).toBeLessThanOrEqual(16 * RECORDS);
    });
  });

  const crashes = sized(1, 20);

  test('the server dies and comes back with its store: nothing is lost or twice', async () => {
    await nats.makeStreams(tools);
    nats.workerFile(work.path, server.url);
    const workers = await nats.startConnected(tools, work.path, 2);
    await nats.amid(tools, { blocks: BLOCKS, blows: crashes }, async () => {
      await server.kill();
      server = await server.again();
    });
    await Promise.all(workers.map((worker) => worker.stop()));
    await expectAll(`${crashes} × kill -9 of the server, 2 at work`, BLOCKS);
  });
});
