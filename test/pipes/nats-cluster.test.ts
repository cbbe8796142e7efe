/** Workers between replicated streams, while servers of the cluster die: nothing is lost, nothing is there twice. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isFull, sized } from '../support/full.ts';
import { NatsCluster } from '../support/nats-cluster.ts';
import { hasNoNats, type Tools } from '../support/nats-server.ts';
import * as nats from './nats-support.ts';
import { workDirectory } from './support.ts';

const { RECORDS } = nats;
// One blow each: after a second one, nats-server 2.9.10 answers for minutes that JetStream is not available.
const BLOCKS = sized(20, 60);
const KILLS = 1;

describe.skipIf(hasNoNats)('three servers that keep streams together', () => {
  const work = workDirectory();
  let cluster: NatsCluster;
  let tools: Tools;

  beforeAll(async () => {
    cluster = await NatsCluster.start();
    tools = await cluster.tools();
    // There is nobody to ask until the servers have found each other.
    await nats.patiently(() => nats.makeStreams(tools, { replicas: 3, ackWaitMs: 5000 }));
  });
  afterAll(async () => {
    await tools?.nc.close();
    work.remove();
  });

  const leaderOf = (stream: string): Promise<string> =>
    nats.patiently(async () => {
      const { cluster: members } = await tools.jsm.streams.info(stream);
      if (!members?.leader) throw new Error(`${stream} has no leader`);
      return members.leader;
    });

  /** All members have what the leader has. */
  const isWhole = async (stream: string): Promise<boolean> => {
    const { cluster: members } = await nats.patiently(() => tools.jsm.streams.info(stream));
    return members?.replicas?.length === 2 && members.replicas.every(({ current, offline }) => current && !offline);
  };

  const written = ['of the leader of the stream that is written', () => leaderOf('CLEAN')] as const;
  const others = [
    ['of the leader of the stream that is read', () => leaderOf('LOGS')],
    ['of the server that workers are connected to', async () => 'n0'],
  ] as const;

  test.each(isFull ? [written, ...others] : [written])('%s', async (whose, victim) => {
    await nats.makeStreams(tools, { replicas: 3, ackWaitMs: 5000 });
    nats.workerFile(work.path, cluster.urlOf('n0'), { ackWait: '5s' });
    const workers = await nats.startConnected(tools, work.path, 2);
    let dead = '';
    for (const stream of ['LOGS', 'CLEAN']) await expect.poll(() => isWhole(stream)).toBe(true);
    // Blow and return in turns: between them what arrives is the work of two servers. Every day it stays away, since
    // it takes longest to have all again.
    await nats.amid(tools, { blocks: BLOCKS, blows: isFull ? 2 * KILLS : KILLS }, async (blow) => {
      if (blow % 2 === 0) {
        dead = await victim();
        await cluster.kill(dead);
        return;
      }
      await cluster.again(dead);
      for (const stream of ['LOGS', 'CLEAN']) await expect.poll(() => isWhole(stream)).toBe(true);
    });
    await Promise.all(workers.map((worker) => worker.stop()));
    const counts = await nats.arrived(tools);
    nats.say(`${KILLS} × kill -9 ${whose}`, BLOCKS * RECORDS, counts);
    expect(counts).toEqual({ distinct: BLOCKS * RECORDS, twice: 0 });
  });
});
