/**
 * Markdown → the body of a man page, for the pages in section 7, whose texts are README files of src/, so that they
 * stand once. Only the Markdown that those use is known: headings, paragraphs, fenced and indented blocks, tables,
 * `code`, **bold** and *emphasis*. What comes before the first `##` is about the code and stays out. Tables become
 * tagged paragraphs, because tables in man(7) need a preprocessor that not every reader runs.
 */
import { guarded, type ManPage, type ManTitle, manPage, roff } from './man.ts';

/** The page of a README's text. `seeAlso` are pages as `slung-select(1)`. */
export function markdownPage(title: ManTitle, markdown: string, seeAlso: readonly string[]): ManPage {
  const body = markdown.slice(markdown.indexOf('\n## ') + 1);
  const others = seeAlso.map((page) =>
    page.replace(/^(.*)\((\d)\)$/, (_, name: string, n) => `.BR ${roff(name)} (${n})`),
  );
  return manPage(title, [...blocksOf(body).flatMap(printBlock), '.SH SEE ALSO', others.join(',\n')]);
}

/** Runs of lines without a blank one between them; a fence is one block whatever is in it. */
function blocksOf(markdown: string): string[] {
  return markdown.match(/^```[^\n]*\n[\s\S]*?^```$|^[^\n]+(?:\n(?!```)[^\n]+)*/gm) ?? [];
}

function printBlock(block: string): string[] {
  if (block.startsWith('## ')) return [`.SH ${roff(block.slice(3).toUpperCase())}`];
  if (block.startsWith('```')) return verbatim(block.split('\n').slice(1, -1));
  if (block.startsWith('    ')) return verbatim(block.split('\n').map((line) => line.slice(4)));
  if (block.startsWith('|')) return printTable(block);
  return ['.PP', guardedLine(block)];
}

function verbatim(lines: readonly string[]): string[] {
  return ['.PP', '.RS 4', '.nf', ...lines.map(guarded), '.fi', '.RE'];
}

/** The first column is the tag. Further ones follow it; with more than one of them each is led by its heading. */
function printTable(block: string): string[] {
  const [head, , ...rows] = block.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return rows.flatMap(([tag = '', ...cells]) => {
    const texts = cells.length === 1 ? cells : cells.map((cell, i) => `*${head?.[i + 1]}*: ${cell}.`);
    return ['.TP', inline(tag), guardedLine(texts.join(' '))];
  });
}

function guardedLine(text: string): string {
  const line = inline(text.replaceAll('\n', ' '));
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

/** Code and bold become bold, emphasis becomes italic; inside code nothing else is special. */
function inline(text: string): string {
  return text
    .split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*`]+\*|\b_[^_`]+_\b)/)
    .map((part) => {
      if (part.length > 2 && part.startsWith('`')) return `\\fB${roff(part.slice(1, -1))}\\fR`;
      if (part.startsWith('**')) return `\\fB${roff(part.slice(2, -2))}\\fR`;
      if (part.length > 2 && /^[*_]/.test(part)) return `\\fI${roff(part.slice(1, -1))}\\fR`;
      return roff(part);
    })
    .join('');
}
