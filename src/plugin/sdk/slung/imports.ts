/**
 * The host's functions in the form of the canonical ABI: strings as address and size, results in an area of the
 * caller's. The compiler leaves out of a module what it does not call, so a plugin imports only what it uses. Layouts:
 * the Canonical ABI of the WebAssembly component model, applied to the world tangent:logs/processor@0.1.0.
 */

@external('tangent:logs/log@0.1.0', '[method]logview.has')
export declare function logHas(log: i32, path: usize, size: usize): i32;
@external('tangent:logs/log@0.1.0', '[method]logview.get')
export declare function logGet(log: i32, path: usize, size: usize, result: usize): void;
@external('tangent:logs/log@0.1.0', '[method]logview.len')
export declare function logLen(log: i32, path: usize, size: usize, result: usize): void;
@external('tangent:logs/log@0.1.0', '[method]logview.get-list')
export declare function logGetList(log: i32, path: usize, size: usize, result: usize): void;
@external('tangent:logs/log@0.1.0', '[method]logview.get-map')
export declare function logGetMap(log: i32, path: usize, size: usize, result: usize): void;
@external('tangent:logs/log@0.1.0', '[method]logview.keys')
export declare function logKeys(log: i32, path: usize, size: usize, result: usize): void;
@external('tangent:logs/log@0.1.0', '[method]logview.log')
export declare function logLog(log: i32, result: usize): void;
@external('tangent:logs/log@0.1.0', '[resource-drop]logview')
export declare function logDrop(log: i32): void;

@external('tangent:logs/config@0.1.0', 'get')
export declare function configGet(key: usize, size: usize, result: usize): void;

@external('tangent:logs/cache@0.1.0', 'get')
export declare function cacheGet(key: usize, size: usize, result: usize): void;
@external('tangent:logs/cache@0.1.0', 'set')
export declare function cacheSet(
  key: usize,
  size: usize,
  kind: i32,
  payload: i64,
  payloadSize: i32,
  hasTtl: i32,
  ttlMs: i64,
  result: usize,
): void;
@external('tangent:logs/cache@0.1.0', 'del')
export declare function cacheDel(key: usize, size: usize, result: usize): void;

@external('tangent:logs/lock@0.1.0', 'acquire')
export declare function lockAcquire(key: usize, size: usize): i32;
@external('tangent:logs/lock@0.1.0', 'release')
export declare function lockRelease(key: usize, size: usize): void;

@external('wasi:cli/stderr@0.2.0', 'get-stderr')
export declare function getStderr(): i32;
@external('wasi:io/streams@0.2.0', '[method]output-stream.blocking-write-and-flush')
export declare function streamWrite(stream: i32, bytes: usize, size: usize, result: usize): void;
@external('wasi:io/streams@0.2.0', '[resource-drop]output-stream')
export declare function streamDrop(stream: i32): void;

// scalar: kind u8 @0, payload @8 (a string's address, and its size @12; i64; f64; bool as u8). 16 bytes, aligned to 8.
export const STRING: u8 = 0;
export const INT: u8 = 1;
export const FLOAT: u8 = 2;
export const BOOL: u8 = 3;
export const BYTES: u8 = 4;
/** Not the ABI's: what a scalar of ours says when there is nothing. */
export const NOTHING: u8 = 255;
export const SCALAR_BYTES: usize = 16;
/** tuple<string, scalar>: address @0, size @4, the scalar @8. */
export const ENTRY_BYTES: usize = 24;

// pred: kind u8 @0; path @8; a scalar, an f64, a list or a string @16. 32 bytes, aligned to 8.
export const HAS: u8 = 0;
export const EQ: u8 = 1;
export const PREFIX: u8 = 2;
export const IN: u8 = 3;
export const GT: u8 = 4;
export const REGEX: u8 = 5;
export const PRED_BYTES: usize = 32;
/** selector: the lists any @0, all @8, none @16, each address and count. */
export const SELECTOR_BYTES: usize = 24;
