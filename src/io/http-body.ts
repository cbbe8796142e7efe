/**
 * The bodies of requests, each whole and with a newline at its end, in memory that is bounded for all of them
 * together. Gzip bodies are inflated one at a time, since a small one may become as large as is allowed.
 */
import type { IncomingMessage } from 'node:http';
import { gunzip } from 'node:zlib';
import { errorCode } from './errors.ts';

/** `gone`: the client went away before its end. `broken`: it is not gzip although it says so. */
export type Body = Uint8Array | 'full' | 'large' | 'encoding' | 'broken' | 'gone';

const NEWLINE = 0x0a;
const ONE_NEWLINE = Buffer.from('\n');

export class BodyReader {
  readonly #maxBodyBytes: number;
  readonly #maxPendingBytes: number;
  #pendingBytes = 0;
  #inflating: Promise<unknown> = Promise.resolve();

  /** @param maxPendingBytes of bodies that were received and not released; at least `maxBodyBytes` */
  constructor(maxBodyBytes: number, maxPendingBytes: number) {
    this.#maxBodyBytes = maxBodyBytes;
    this.#maxPendingBytes = maxPendingBytes;
  }

  /** Bytes of bodies that `read` gave are needed no more. */
  release(bytes: number): void {
    this.#pendingBytes -= bytes;
  }

  /** Why a body need not be read, as far as its headers say; undefined when it is to be read. */
  refuse({ headers }: IncomingMessage): 'full' | 'large' | 'encoding' | undefined {
    const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
    if (!['identity', 'gzip', 'x-gzip'].includes(encoding)) return 'encoding';
    const length = Number(headers['content-length'] ?? 0);
    if (length > this.#maxBodyBytes) return 'large';
    const isFull = this.#pendingBytes >= this.#maxPendingBytes || this.#pendingBytes + length > this.#maxPendingBytes;
    return this.#pendingBytes > 0 && isFull ? 'full' : undefined;
  }

  /** Never rejects. Bytes that it gives count until they are released. */
  async read(request: IncomingMessage): Promise<Body> {
    const raw = await this.#receive(request);
    if (!Array.isArray(raw)) return raw;
    const bytes = Buffer.concat(raw);
    const isPacked = (request.headers['content-encoding']?.toLowerCase() ?? 'identity') !== 'identity';
    const body = isPacked ? await this.#inflateInTurn(bytes) : bytes;
    if (!(body instanceof Uint8Array)) {
      this.release(bytes.length);
      return body;
    }
    const whole = body.length === 0 || body.at(-1) === NEWLINE ? body : Buffer.concat([body, ONE_NEWLINE]);
    this.#pendingBytes += whole.length - bytes.length;
    return whole;
  }

  #receive(request: IncomingMessage): Promise<Buffer[] | 'full' | 'large' | 'gone'> {
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let received = 0;
      let isOver = false;
      const end = (result: Buffer[] | 'full' | 'large' | 'gone'): void => {
        if (isOver) return;
        isOver = true;
        if (!Array.isArray(result)) this.release(received);
        resolve(result);
      };
      // After the end, what still comes of a body that was refused is dropped.
      request.on('data', (chunk: Buffer) => {
        if (isOver) return;
        chunks.push(chunk);
        received += chunk.length;
        this.#pendingBytes += chunk.length;
        if (received > this.#maxBodyBytes) end('large');
        else if (this.#pendingBytes > Math.max(received, this.#maxPendingBytes)) end('full');
      });
      request.once('end', () => end(chunks));
      request.once('close', () => end('gone'));
    });
  }

  #inflateInTurn(bytes: Buffer): Promise<Buffer | 'large' | 'broken'> {
    const inflated = this.#inflating.then(() => this.#inflate(bytes));
    this.#inflating = inflated;
    return inflated;
  }

  #inflate(bytes: Buffer): Promise<Buffer | 'large' | 'broken'> {
    return new Promise((resolve) => {
      gunzip(bytes, { maxOutputLength: this.#maxBodyBytes }, (error, inflated) => {
        if (error === null) resolve(inflated);
        else resolve(errorCode(error) === 'ERR_BUFFER_TOO_LARGE' ? 'large' : 'broken');
      });
    });
  }
}
