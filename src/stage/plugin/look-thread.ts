/** The thread that looks at one large plugin file: the task comes with its start, its answer is a message. */
import { parentPort, workerData } from 'node:worker_threads';
import { inspect } from '../../plugin/inspect.ts';
import { kindHere, type LookTask } from './look.ts';

const { what, bytes } = workerData as LookTask;
parentPort?.postMessage(what === 'kind' ? kindHere(bytes) : inspect(bytes));
