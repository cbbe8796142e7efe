/** `$fmt`: a text with places for values, `{user}@{host}`. */
import { nearest } from '../selector/suggest.ts';
import { quoted } from '../text/printable.ts';
import type { Arguments } from './arguments.ts';
import { TemplateError } from './errors.ts';
import type { Piece, Slot } from './pieces.ts';
import type { TemplateNode } from './template-json.ts';

/** The texts between the places of a template of $fmt, and what stands in the places. @throws TemplateError */
export function placesOf(
  text: string,
  slots: ReadonlyMap<string, Slot>,
  given: Arguments,
  node: TemplateNode,
): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (let open = text.indexOf('{'); open >= 0; open = text.indexOf('{', at)) {
    const close = text.indexOf('}', open);
    if (close < 0) given.fail(node, '$fmt: a { of the template has no }');
    const name = text.slice(open + 1, close);
    const slot = slots.get(name);
    if (slot === undefined) {
      const near = nearest(name, slots.keys());
      const names = [...slots.keys()].join(', ');
      const hint = names === '' ? 'Give it in vars' : `vars has ${names}`;
      throw new TemplateError(given.template, node, `$fmt: there is no ${quoted(name)} in vars`, { hint, near });
    }
    pieces.push(JSON.stringify(text.slice(at, open)).slice(1, -1), () => innerText(slot.text));
    at = close + 1;
  }
  return [...pieces, JSON.stringify(text.slice(at)).slice(1, -1)];
}

/** A value as a part of a string: strings without their quotes, still escaped; others as their JSON. */
function innerText(text: string): string {
  if (text.startsWith('"')) return text.slice(1, -1);
  return text.startsWith('{') || text.startsWith('[') ? JSON.stringify(text).slice(1, -1) : text;
}
