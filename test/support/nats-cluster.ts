/** Three servers of NATS on loopback that keep streams together, for tests in which one of them dies. */
import { freePort, NatsServer, type Tools, toolsFor } from './nats-server.ts';

const NODES = 3;

interface Node {
  readonly config: string;
  server: NatsServer;
}

export class NatsCluster {
  readonly #nodes: Node[];

  private constructor(nodes: Node[]) {
    this.#nodes = nodes;
  }

  static async start(): Promise<NatsCluster> {
    const ports: number[] = [];
    while (ports.length < NODES) {
      const port = await freePort();
      if (!ports.includes(port)) ports.push(port);
    }
    const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(', ');
    const configs = ports.map((port, index) => {
      return `server_name: n${index}\ncluster { name: c, listen: "127.0.0.1:${port}", routes: [ ${routes} ] }`;
    });
    const nodes = configs.map(async (config) => ({ config, server: await NatsServer.start({ config }) }));
    return new NatsCluster(await Promise.all(nodes));
  }

  /** Clients that go on with the others when one of them dies. */
  tools(): Promise<Tools> {
    const urls = this.#nodes.map(({ server }) => server.url);
    return toolsFor(this.#nodes[0]!.server, { servers: urls });
  }

  urlOf(name: string): string {
    return this.#node(name).server.url;
  }

  async kill(name: string): Promise<void> {
    await this.#node(name).server.kill();
  }

  /** The server comes back with its port and what it had stored. */
  async again(name: string): Promise<void> {
    const node = this.#node(name);
    node.server = await node.server.again({ config: node.config });
  }

  #node(name: string): Node {
    const node = this.#nodes[Number(name.slice(1))];
    if (node === undefined) throw new Error(`the cluster has no ${name}`);
    return node;
  }
}
