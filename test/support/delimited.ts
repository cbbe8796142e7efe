/** Readers of csv and tsv that take nothing but what the formats allow, for what slung has written. */

/**
 * The rows of RFC 4180, with LF for its CRLF: a field in quotes holds anything, its quotes doubled; one without holds
 * no quote, comma, CR or LF. The last row has its line end, too.
 * @throws Error with the offset of what is anything else
 */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < text.length; ) {
    const field = /"((?:[^"]|"")*)"|([^",\r\n]*)/y;
    field.lastIndex = at;
    const found = field.exec(text)!;
    row.push(found[1]?.replaceAll('""', '"') ?? found[2]!);
    at = field.lastIndex;
    if (text[at] !== ',' && text[at] !== '\n')
      throw new Error(`no csv at ${at}: ${JSON.stringify(text.slice(at - 20, at + 20))}`);
    // A comma at the very end would be followed by a field that is not there.
    if (text[at] === ',' && at + 1 === text.length) throw new Error('the csv ends with a comma');
    if (text[at++] === ',') continue;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) throw new Error('the csv has no line end');
  return rows;
}

const TSV: Readonly<Record<string, string>> = { '\\t': '\t', '\\n': '\n', '\\r': '\r', '\\\\': '\\' };

/**
 * Rows of fields with tabs between them; tab, LF, CR and the backslash in them are \t, \n, \r and \\. @throws Error
 */
export function readTsv(text: string): string[][] {
  if (!/^(?:(?:[^\\\r]|\\[tnr\\])*\n)?$/.test(text)) throw new Error(`no tsv: ${JSON.stringify(text)}`);
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => line.split('\t').map((field) => field.replace(/\\./g, (one) => TSV[one]!)));
}
