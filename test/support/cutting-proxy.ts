/** A way to a server of TCP that can be cut: all connections at once, as when a network fails. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll } from 'vitest';
import { freePort } from './nats-server.ts';

const open = new Set<CuttingProxy>();
afterAll(async () => {
  for (const proxy of open) await proxy.close();
});

export class CuttingProxy {
  readonly #server: Server;
  readonly #to: number;
  readonly #sockets = new Set<Socket>();
  /** Connections that it has taken so far. */
  taken = 0;
  port = 0;

  private constructor(to: number) {
    this.#to = to;
    this.#server = createServer((near) => this.#join(near));
    open.add(this);
  }

  /** @param to a port of loopback */
  static async start(to: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(to);
    proxy.port = await freePort();
    await new Promise<void>((resolve) => proxy.#server.listen(proxy.port, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Connections there are now. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): Promise<void> {
    open.delete(this);
    this.cut();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #join(near: Socket): void {
    this.taken++;
    const far = connect(this.#to, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
