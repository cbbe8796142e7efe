/**
 * UTF-8 forms of strings. Paths and keys are nearly always literals, whose objects lie in the module's static data and
 * never move: their UTF-8 is made once and found again by the address of the literal. Other strings are encoded into
 * the arena each time. A key's form holds `"key":` as well, escaped, so that writing a member is one copy.
 */
import { jsonRoom, putJsonString } from './escape';
import { copyOver, permanent, reserve, SLACK } from './memory';

// A form: bytes of UTF-8, bytes of `"key":`, then both texts, the second after the first and SLACK.
const FORM_HEADER: usize = 8;

/** One word for every 16 bytes of static data, in which at most one literal begins: its form, or 0. */
const forms: usize = heap.alloc((__heap_base >> 4) * 4 + 8);
memory.fill(forms, 0, (__heap_base >> 4) * 4 + 8);

function makeForm(text: string, form: usize, utf8Bytes: usize): usize {
  const at = form + FORM_HEADER;
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
  const key = at + utf8Bytes + SLACK;
  let end = putJsonString(key, at, utf8Bytes);
  store<u8>(end++, 0x3a);
  store<u32>(form, <u32>utf8Bytes);
  store<u32>(form, <u32>(end - key), 4);
  return form;
}

function makeStaticForm(text: string): usize {
  const size = <usize>String.UTF8.byteLength(text);
  const form = makeForm(text, permanent(FORM_HEADER + size + SLACK + jsonRoom(size) + 1), size);
  store<u32>(forms + ((changetype<usize>(text) >> 4) << 2), <u32>form);
  return form;
}

/** The form of a string; good until the record is done. */
// @ts-ignore: decorator
@inline
export function formOf(text: string): usize {
  const at = changetype<usize>(text);
  if (at < __heap_base) {
    const form: usize = load<u32>(forms + ((at >> 4) << 2));
    return form ? form : makeStaticForm(text);
  }
  return makePassingForm(text);
}

function makePassingForm(text: string): usize {
  const size = <usize>String.UTF8.byteLength(text);
  return makeForm(text, reserve(FORM_HEADER + size + SLACK + jsonRoom(size) + 1 + SLACK, 8), size);
}

/** Address of the UTF-8 of a form. */
// @ts-ignore: decorator
@inline
export function utf8At(form: usize): usize {
  return form + FORM_HEADER;
}

// @ts-ignore: decorator
@inline
export function utf8Bytes(form: usize): usize {
  return load<u32>(form);
}

/** Copies `"key":` to `to`, where it has room, and returns the end. */
// @ts-ignore: decorator
@inline
export function putKey(to: usize, form: usize): usize {
  const size: usize = load<u32>(form, 4);
  copyOver(to, form + FORM_HEADER + load<u32>(form) + SLACK, size);
  return to + size;
}

// @ts-ignore: decorator
@inline
export function keyBytes(form: usize): usize {
  return load<u32>(form, 4);
}

/** UTF-8 that stays for good: for the plugin's name and its selectors. Writes address and size to `to`. */
export function keepUtf8(to: usize, text: string): void {
  const size = <usize>String.UTF8.byteLength(text);
  const at = permanent(size);
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
  store<u32>(to, <u32>at);
  store<u32>(to, <u32>size, 4);
}
