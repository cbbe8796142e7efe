import { describe, expect, test } from 'vitest';
import { ByteReader, readSection } from '../../../src/plugin/binary/reader.ts';
import { leb, nameBytes } from '../../../src/plugin/binary/writer.ts';
import { PluginError } from '../../../src/plugin/guest.ts';

const reader = (...bytes: number[]) => new ByteReader(Uint8Array.from(bytes));

describe('numbers', () => {
  test.each([0, 1, 127, 128, 129, 16_383, 16_384, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff])('%d comes back', (value) => {
    const bytes = reader(...leb(value));
    expect(bytes.u32('it')).toBe(value);
    expect(bytes.isAtEnd).toBe(true);
  });

  test('may be longer than they need to be, up to five bytes', () => {
    expect(reader(0x81, 0x80, 0x80, 0x80, 0x00).u32('it')).toBe(1);
    expect(() => reader(0x81, 0x80, 0x80, 0x80, 0x80, 0x00).u32('it')).toThrow(
      'it does not fit into 32 bits (at byte 0)',
    );
  });

  test('have 32 bits', () => {
    expect(() => reader(0xff, 0xff, 0xff, 0xff, 0x1f).u32('it')).toThrow('it does not fit into 32 bits (at byte 0)');
  });

  test('may be cut off', () => {
    expect(() => reader(0x80).u32('a size')).toThrow('the file is truncated: a size is missing (at byte 1)');
    expect(() => reader().u8('a section')).toThrow('the file is truncated: a section is missing (at byte 0)');
  });

  test('with a sign are passed over, and are bounded too', () => {
    const bytes = reader(0xff, 0x7f, 0x05);
    bytes.skipS33('a type');
    expect(bytes.at).toBe(2);
    expect(() => reader(0x80, 0x80, 0x80, 0x80, 0x80, 0x00).skipS33('a type')).toThrow('a type is longer than 5 bytes');
  });
});

describe('parts', () => {
  test('a count is no more than there are bytes', () => {
    expect(reader(2, 0, 0).count('items')).toBe(2);
    expect(() => reader(3, 0, 0).count('items')).toThrow(
      'the file claims 3 items, more than it has bytes left (at byte 0)',
    );
    expect(() => reader(...leb(0xffff_ffff)).count('items')).toThrow(PluginError);
  });

  test('a name is UTF-8', () => {
    expect(reader(...nameBytes('zäh')).name('a name')).toBe('zäh');
    expect(() => reader(1, 0xff).name('a name')).toThrow('a name is not UTF-8 (at byte 1)');
    expect(() => reader(9, 0x61).name('a name')).toThrow('the file is truncated: a name has 9 bytes, 1 are left');
  });

  test('a byte order mark is part of the name', () => {
    expect(reader(...nameBytes('\ufeffa')).name('a name')).toBe('\ufeffa');
  });

  test('a section keeps the places of the file', () => {
    const bytes = reader(0, 0, 7, 2, 5, 0x80, 9);
    bytes.at = 2;
    const { id, start, body } = readSection(bytes);
    expect([id, start, body.at, body.end, bytes.at]).toEqual([7, 2, 4, 6, 6]);
    body.u8('x');
    expect(() => body.u32('y')).toThrow('the file is truncated: y is missing (at byte 6)');
  });

  test('a section does not reach over the end', () => {
    expect(() => readSection(reader(1, 4, 0, 0))).toThrow('the file is truncated: section 1 has 4 bytes, 2 are left');
  });

  test('has to be used up where that is asked for', () => {
    expect(() => reader(1, 2).expectEnd('the section')).toThrow('the section has 2 bytes too many (at byte 0)');
  });
});
