/** How what is output looks to people: for --pretty and --to table, with what the terminal can show. */
import type { Resolved } from '../config/layers.ts';
import type { View, ViewStyles } from '../config/settings.ts';
import { colorLevel, paintFor } from './color.ts';
import { isUtf8Locale, widthOfScreen } from './screen.ts';
import type { World } from './world.ts';

/** @param kind what was asked for */
export async function viewOf(kind: View['kind'], resolved: Resolved, world: World): Promise<View> {
  const { environment } = world;
  const showsHere = resolved.text('output') === '-';
  const isTTY = showsHere && world.isTTY(1);
  const level = colorLevel({ when: resolved.choice('color'), environment, isTTY });
  const paint = await paintFor(level);
  const line = paint.line;
  const styles: ViewStyles | undefined = line && {
    key: (text) => line(4, text),
    string: (text) => line(3, text),
    number: (text) => line(0, text),
    word: (text) => line(2, text),
    strong: (text) => paint.strong(text),
  };
  const width = showsHere ? widthOfScreen(world) : undefined;
  return { kind, styles, width, isUtf8: isUtf8Locale(environment), header: resolved.boolean('header') };
}
