/**
 * slung-selectors.7, printed from src/selector/README.md, so that the grammar and its tables stand once. Only the
 * Markdown that the README uses is known: headings, paragraphs, fenced and indented blocks, tables, `code`, **bold** and
 * *emphasis*. What comes before the first `##` is about the code and stays out. Tables become tagged paragraphs, because
 * tables in man(7) need a preprocessor that not every reader runs.
 */
import { guarded, type ManPage, manPage, roff } from './man.ts';

/** `markdown` is the text of src/selector/README.md. */
export function selectorsPage(markdown: string): ManPage {
  const body = markdown.slice(markdown.indexOf('\n## ') + 1);
  const title = {
    ...({ name: 'slung-selectors', section: 7, doc: 'the expressions of --where and the paths of --fields' } as const),
    origin: 'src/selector/README.md by src/cli/man-selectors.ts',
  };
  return manPage(title, [
    ...blocksOf(body).flatMap(printBlock),
    '.SH SEE ALSO',
    '.BR slung (1),',
    '.BR slung\\-select (1)',
  ]);
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
