/**
 * What the adapter imports of the engine instance (src/engine/asm/views.ts): functions that take and give scalars and
 * vectors, and the globals that hold the rest of an answer.
 */

// @ts-ignore: decorator
@external("engine", "valueBits") export declare let valueBits: i64;
// @ts-ignore: decorator
@external("engine", "textFrom") export declare let textFrom: usize;
// @ts-ignore: decorator
@external("engine", "textLength") export declare let textLength: u32;
// @ts-ignore: decorator
@external("engine", "textHead") export declare let textHead: v128;
// @ts-ignore: decorator
@external("engine", "bytes0") export declare let bytes0: v128;
// @ts-ignore: decorator
@external("engine", "bytes1") export declare let bytes1: v128;
// @ts-ignore: decorator
@external("engine", "bytes2") export declare let bytes2: v128;
// @ts-ignore: decorator
@external("engine", "bytes3") export declare let bytes3: v128;
// @ts-ignore: decorator
@external("engine", "itemCount") export declare let itemCount: u32;

// @ts-ignore: decorator
@external("engine", "pathChunk") export declare function pathChunk(offset: u32, bytes: v128): void;
// @ts-ignore: decorator
@external("engine", "hasShort") export declare function hasShort(handle: u32, length: u32, path: v128): u32;
// @ts-ignore: decorator
@external("engine", "hasLong") export declare function hasLong(handle: u32, length: u32): u32;
// @ts-ignore: decorator
@external("engine", "getShort") export declare function getShort(handle: u32, length: u32, path: v128): u32;
// @ts-ignore: decorator
@external("engine", "getLong") export declare function getLong(handle: u32, length: u32): u32;
// @ts-ignore: decorator
@external("engine", "lengthShort") export declare function lengthShort(
  handle: u32,
  length: u32,
  path: v128,
): u32;
// @ts-ignore: decorator
@external("engine", "lengthLong") export declare function lengthLong(handle: u32, length: u32): u32;
// @ts-ignore: decorator
@external("engine", "listShort") export declare function listShort(handle: u32, length: u32, path: v128): u32;
// @ts-ignore: decorator
@external("engine", "listLong") export declare function listLong(handle: u32, length: u32): u32;
// @ts-ignore: decorator
@external("engine", "mapShort") export declare function mapShort(handle: u32, length: u32, path: v128): u32;
// @ts-ignore: decorator
@external("engine", "mapLong") export declare function mapLong(handle: u32, length: u32): u32;
// @ts-ignore: decorator
@external("engine", "keysShort") export declare function keysShort(handle: u32, length: u32, path: v128): u32;
// @ts-ignore: decorator
@external("engine", "keysLong") export declare function keysLong(handle: u32, length: u32): u32;
// @ts-ignore: decorator
@external("engine", "element") export declare function element(index: u32): u32;
// @ts-ignore: decorator
@external("engine", "memberKey") export declare function memberKey(index: u32): void;
// @ts-ignore: decorator
@external("engine", "memberValue") export declare function memberValue(index: u32): u32;
// @ts-ignore: decorator
@external("engine", "log") export declare function logOf(handle: u32): u32;
// @ts-ignore: decorator
@external("engine", "drop") export declare function dropView(handle: u32): u32;
// @ts-ignore: decorator
@external("engine", "load16") export declare function load16(at: usize): v128;
// @ts-ignore: decorator
@external("engine", "load64") export declare function load64(at: usize): void;
