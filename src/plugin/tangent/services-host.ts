/**
 * Tangent's interfaces besides `log`, as core functions in canonical-ABI form (signatures: ABI.md and
 * `canon lower` of WebAssembly/component-model): cache, config, lock and remote. They run in JavaScript on the lane's
 * thread; cache, lock and remote ask the services thread and sleep until it answers.
 *
 * The surprising part: a flat `scalar` shares one i64 between its cases (a pointer, an s64, the bits of an f64, a
 * bool), so what the i64 means depends on the discriminant before it.
 */

import {
  checkDiscriminant,
  GuestReader,
  GuestWriter,
  memoryOf,
  SCALAR_BOOLEAN,
  SCALAR_CASES,
  SCALAR_FLOAT,
  SCALAR_INT,
  SCALAR_STRING,
  type ScalarValue,
  SLICE_ALIGN,
  SLICE_SIZE,
} from '../component/canonical-memory.ts';
import type { Gate } from '../gate.ts';
import { type CoreFunction, PluginError, Trap } from '../guest.ts';
import { ServiceFailure, type ServicesClient } from '../services/client.ts';
import { type HttpRequest, type HttpResponse, httpMethods } from '../services/protocol.ts';
import type { CanonOptions } from '../tangent-module.ts';

export interface ServiceSettings {
  /** What `config.get` answers from. */
  readonly config: Readonly<Record<string, string>>;
  /** Is told every name that is asked for, each time. */
  readonly configAsked?: (name: string) => void;
}

/** result<option<scalar>, string>: discriminant, then the option at 8, its scalar at 16; or the error's slice at 8. */
const OPTION_SCALAR_RESULT = { size: 32, align: 8, payload: 8, scalar: 16 };
/** result<bool, string>, result<_, string> and result<list<response>, string>; option<string> has the same layout. */
const SMALL_RESULT = { size: 12, align: 4, payload: 4 };
/** record request { id, method, url, headers, body, timeout-ms: option<u32>, cache-ttl-ms: option<u32> } */
const REQUEST = { size: 52, align: 4, method: 8, url: 12, headers: 20, body: 28, timeout: 36, ttl: 44 };
/** record response { id, status: u16, headers, body, error: option<string> } */
const RESPONSE = { size: 40, align: 4, status: 8, headers: 12, body: 20, error: 28 };
const HEADER_SIZE = 2 * SLICE_SIZE;
const OPTION_U32_VALUE = 4;

const MAX_KEY_BYTES = 64 * 1024;
const MAX_REQUESTS = 10_000;

/** What an import needs at hand when it is called. */
interface Context {
  readonly services: ServicesClient;
  readonly config: ReadonlyMap<string, string>;
  readonly configAsked: (name: string) => void;
  readonly memory: WebAssembly.Memory;
  readonly writer: GuestWriter;
}

type Import = (context: Context) => CoreFunction;

/** By interface and function; parameters as `canon lower` flattens them. */
const imports: Readonly<Record<string, Readonly<Record<string, Import>>>> = {
  'tangent:logs/cache@0.1.0': { get: cacheGet, set: cacheSet, del: cacheDelete },
  'tangent:logs/config@0.1.0': { get: configGet },
  'tangent:logs/lock@0.1.0': { acquire: lockAcquire, release: lockRelease },
  'tangent:logs/remote@0.1.0': { 'call-batch': callBatch },
};

/**
 * The core functions of cache, config, lock and remote for one instance, as TangentHost.lower wants them.
 * @param options of the `canon lower` in question: its memory, and the realloc that results go to
 * @returns a function that finds an import; undefined for an interface that is none of these. A function that the
 *   interface does not have, or that lacks a memory, is a PluginError.
 */
export function serviceFunctions(
  services: ServicesClient,
  settings: ServiceSettings,
  options: CanonOptions,
  gate: Gate,
): (interfaceName: string, functionName: string) => CoreFunction | undefined {
  const config = new Map(Object.entries(settings.config));
  const { configAsked = () => {} } = settings;
  return (interfaceName, functionName) => {
    if (!Object.hasOwn(imports, interfaceName)) return undefined;
    const functions = imports[interfaceName]!;
    const name = `${interfaceName}#${functionName}`;
    if (!Object.hasOwn(functions, functionName)) throw new PluginError(`${name} is not a function of this interface`);
    const memory = memoryOf(options, name);
    const writer = new GuestWriter(memory, options.realloc, gate);
    return gate.guardOutside(name, functions[functionName]!({ services, config, configAsked, memory, writer }));
  };
}

function cacheGet({ services, memory, writer }: Context): CoreFunction {
  const { size, align, payload, scalar } = OPTION_SCALAR_RESULT;
  return (keyPointer: number, keyLength: number, result: number) => {
    const key = keyOf(memory, keyPointer, keyLength, 'the key of cache.get');
    const at = writer.range(result, size, align, 'the result of cache.get');
    const answer = attempt(() => services.cacheGet(key));
    if ('failed' in answer) return storeError(writer, at, payload, answer.failed);
    writer.u8(at, 0);
    writer.u8(at + payload, answer.value === undefined ? 0 : 1);
    if (answer.value !== undefined) writer.scalar(at + scalar, answer.value, 'a cached value');
  };
}

function cacheSet({ services, memory, writer }: Context): CoreFunction {
  const { size, align, payload } = SMALL_RESULT;
  return (
    keyPointer: number,
    keyLength: number,
    kind: number,
    first: bigint,
    second: number,
    hasTtl: number,
    ttl: bigint,
    result: number,
  ) => {
    const key = keyOf(memory, keyPointer, keyLength, 'the key of cache.set');
    const value = flatScalar(new GuestReader(memory), kind, first, second, 'the value of cache.set');
    const isTtl = checkDiscriminant(hasTtl, 2, 'the ttl of cache.set') === 1;
    const at = writer.range(result, size, align, 'the result of cache.set');
    const answer = attempt(() => services.cacheSet(key, value, isTtl ? Number(BigInt.asUintN(64, ttl)) : undefined));
    if ('failed' in answer) return storeError(writer, at, payload, answer.failed);
    writer.u8(at, 0);
  };
}

function cacheDelete({ services, memory, writer }: Context): CoreFunction {
  const { size, align, payload } = SMALL_RESULT;
  return (keyPointer: number, keyLength: number, result: number) => {
    const key = keyOf(memory, keyPointer, keyLength, 'the key of cache.del');
    const at = writer.range(result, size, align, 'the result of cache.del');
    const answer = attempt(() => services.cacheDelete(key));
    if ('failed' in answer) return storeError(writer, at, payload, answer.failed);
    writer.u8(at, 0);
    writer.u8(at + payload, answer.value ? 1 : 0);
  };
}

function configGet({ config, configAsked, memory, writer }: Context): CoreFunction {
  const { size, align, payload } = SMALL_RESULT;
  return (keyPointer: number, keyLength: number, result: number) => {
    const key = keyOf(memory, keyPointer, keyLength, 'the key of config.get');
    configAsked(key);
    const value = config.get(key);
    const at = writer.range(result, size, align, 'the result of config.get');
    writer.u8(at, value === undefined ? 0 : 1);
    if (value !== undefined) writer.text(at + payload, value, 'a configured value');
  };
}

function lockAcquire({ services, memory }: Context): CoreFunction {
  return (keyPointer: number, keyLength: number) =>
    orTrap(() => services.lockAcquire(keyOf(memory, keyPointer, keyLength, 'the key of lock.acquire'))) ? 1 : 0;
}

function lockRelease({ services, memory }: Context): CoreFunction {
  return (keyPointer: number, keyLength: number) =>
    orTrap(() => services.lockRelease(keyOf(memory, keyPointer, keyLength, 'the key of lock.release')));
}

function callBatch({ services, memory, writer }: Context): CoreFunction {
  const { size, align, payload } = SMALL_RESULT;
  return (pointer: number, count: number, result: number) => {
    const requests = requestsAt(new GuestReader(memory), pointer, count);
    const at = writer.range(result, size, align, 'the result of remote.call-batch');
    const answer = attempt(() => services.callBatch(requests));
    if ('failed' in answer) return storeError(writer, at, payload, answer.failed);
    writer.u8(at, 0);
    const list = writer.allocate(answer.value.length * RESPONSE.size, RESPONSE.align, 'the list of responses');
    answer.value.forEach((response, index) => {
      storeResponse(writer, list + index * RESPONSE.size, response);
    });
    writer.u32(at + payload, list);
    writer.u32(at + payload + 4, answer.value.length);
  };
}

function keyOf(memory: WebAssembly.Memory, pointer: number, length: number, place: string): string {
  return new GuestReader(memory, MAX_KEY_BYTES).text(pointer, length, place);
}

/** Lifts the flat form of a scalar: discriminant, i64, i32. @throws Trap */
function flatScalar(reader: GuestReader, kind: number, first: bigint, second: number, place: string): ScalarValue {
  const low = Number(BigInt.asUintN(32, first));
  switch (checkDiscriminant(kind, SCALAR_CASES, place)) {
    case SCALAR_STRING:
      return reader.text(low, second, place);
    case SCALAR_INT:
      return BigInt.asIntN(64, first);
    case SCALAR_FLOAT:
      return new Float64Array(BigInt64Array.of(first).buffer)[0]!;
    case SCALAR_BOOLEAN:
      return low !== 0;
    default:
      return reader.copy(low, second, place);
  }
}

function requestsAt(reader: GuestReader, pointer: number, count: number): HttpRequest[] {
  const length = count >>> 0;
  if (length > MAX_REQUESTS) throw new Trap(`remote.call-batch has ${length} requests, at most ${MAX_REQUESTS}`);
  const start = reader.list(pointer, length, REQUEST.size, REQUEST.align, 'the list of requests');
  return Array.from({ length }, (_, index) => {
    const at = start + index * REQUEST.size;
    return {
      id: reader.textAt(at, 'the id of a request'),
      method: httpMethods[reader.discriminant(at + REQUEST.method, httpMethods.length, 'the method of a request')]!,
      url: reader.textAt(at + REQUEST.url, 'the url of a request'),
      headers: headersAt(reader, at + REQUEST.headers),
      body: reader.copyAt(at + REQUEST.body, 'the body of a request'),
      timeoutMs: optionU32(reader, at + REQUEST.timeout, 'the timeout of a request'),
      cacheTtlMs: optionU32(reader, at + REQUEST.ttl, 'the cache ttl of a request'),
    };
  });
}

function headersAt(reader: GuestReader, address: number): [string, string][] {
  const length = reader.u32(address + 4);
  const start = reader.list(reader.u32(address), length, HEADER_SIZE, SLICE_ALIGN, 'the headers of a request');
  return Array.from({ length }, (_, index) => {
    const at = start + index * HEADER_SIZE;
    return [reader.textAt(at, 'the name of a header'), reader.textAt(at + SLICE_SIZE, 'the value of a header')];
  });
}

function optionU32(reader: GuestReader, address: number, place: string): number | undefined {
  return reader.discriminant(address, 2, place) === 1 ? reader.u32(address + OPTION_U32_VALUE) : undefined;
}

function storeResponse(writer: GuestWriter, at: number, response: HttpResponse): void {
  const { status, headers, body, error } = RESPONSE;
  writer.text(at, response.id, 'the id of a response');
  writer.u16(at + status, response.status);
  const list = writer.allocate(response.headers.length * HEADER_SIZE, SLICE_ALIGN, 'the headers of a response');
  response.headers.forEach(([name, value], index) => {
    writer.text(list + index * HEADER_SIZE, name, 'the name of a header');
    writer.text(list + index * HEADER_SIZE + SLICE_SIZE, value, 'the value of a header');
  });
  writer.u32(at + headers, list);
  writer.u32(at + headers + 4, response.headers.length);
  writer.slice(at + body, response.body, 'the body of a response');
  writer.u8(at + error, response.error === undefined ? 0 : 1);
  if (response.error !== undefined) writer.text(at + error + 4, response.error, 'the error of a response');
}

function storeError(writer: GuestWriter, at: number, payload: number, reason: string): void {
  writer.u8(at, 1);
  writer.text(at + payload, reason, 'an error');
}

/** What the services refuse is an error value for the guest. */
function attempt<T>(ask: () => T): { readonly value: T } | { readonly failed: string } {
  try {
    return { value: ask() };
  } catch (error) {
    if (error instanceof ServiceFailure) return { failed: error.message };
    throw error;
  }
}

/** The same where the interface has no place for an error. */
function orTrap<T>(ask: () => T): T {
  const answer = attempt(ask);
  if ('failed' in answer) throw new Trap(answer.failed);
  return answer.value;
}
