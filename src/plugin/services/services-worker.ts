/**
 * The services thread: one for a run, started by start.ts when the first lane needs it. Its event loop serves the
 * ports of the lanes and the network; nothing here ever waits for a lane.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { FromServices, ServicesTask, ToServices } from './protocol.ts';
import { Services } from './services.ts';

const SAVE_INTERVAL_MS = 30_000;

function serve(task: ServicesTask): void {
  const main = parentPort;
  if (main === null) return;
  const post = (message: FromServices) => main.postMessage(message);
  const services = new Services(task, { post, nowMs: () => Date.now() });
  const timer = setInterval(() => services.save(), SAVE_INTERVAL_MS);
  main.on('message', (message: ToServices) => {
    switch (message.kind) {
      case 'connect':
        return services.connect(message.lane, message.plugin, message.allowNet, message.link);
      case 'release':
        return services.release(message.lane);
      case 'sent':
        return services.sent(message.ticket, message.sent);
      case 'close':
        clearInterval(timer);
        post({ kind: 'closed', counts: services.close() });
        main.close();
    }
  });
}

serve(workerData as ServicesTask);
