import { describe, expect, test } from 'vitest';
import { type Box, columnsOf, type LaidNode, layoutOf, NARROW } from '../../src/page/layout.ts';

const node = (name: string): LaidNode => {
  const kind = name.startsWith('in') ? 'source' : name.startsWith('p') ? 'plugin' : 'sink';
  return { name, kind };
};
const route = (text: string) => ({ from: text.split('>')[0]!, to: text.split('>')[1]! });
const nodes = 'in1 in2 p1 p2 out1 out2 bad'.split(' ').map(node);
const routes = 'in1>p1 p1>p2 p2>out1 in2>out2 in1>out2 p1>out1'.split(' ').map(route);

const isApart = (a: Box, b: Box): boolean =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

test('a node is in the column behind all that lead to it, and sinks are in the last', () => {
  expect(columnsOf(nodes, routes)).toEqual([0, 0, 1, 2, 3, 3, 3]);
  expect(columnsOf([node('in1'), node('out1')], [])).toEqual([0, 1]);
});

describe.each([320, 400, NARROW, 1200, 2000])('at %d pixels', (width) => {
  const { boxes, lines, height, width: wide, isWide } = layoutOf(nodes, routes, width);

  test('no two nodes lie on each other, and all lie in the picture', () => {
    for (const [i, box] of boxes.entries()) {
      for (const other of boxes.slice(i + 1)) expect(isApart(box, other)).toBe(true);
      expect(Math.min(box.x, box.y)).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(wide);
      expect(box.y + box.height).toBeLessThanOrEqual(height);
    }
  });

  test('the words of routes lie apart', () => {
    const places = lines.map(({ label: { x, y } }) => ({ x: isWide ? x - 60 : x, y: y - 10, width: 60, height: 20 }));
    for (const [i, place] of places.entries()) {
      for (const other of places.slice(i + 1)) expect(isApart(place, other)).toBe(true);
      for (const box of boxes) expect(isApart(place, box)).toBe(true);
    }
  });

  test('a narrow picture is as wide as the screen', () => {
    if (!isWide) expect(wide).toBe(width);
    expect(lines.every(({ d }) => !d.includes('NaN'))).toBe(true);
  });
});
