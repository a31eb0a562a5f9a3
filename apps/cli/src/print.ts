type Row = Record<string, unknown>;

const cell = (value: unknown): string => {
  if (value === null || value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** Rows under their names, each column as wide as its widest cell, and no line ending in blanks. */
export function table(rows: Row[], columns: string[]): string {
  if (rows.length === 0) return 'nothing\n';
  const cells = [columns, ...rows.map((row) => columns.map((name) => cell(row[name])))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]!.length)));
  return cells.map((line) => `${line.map((text, index) => text.padEnd(widths[index]!)).join('  ').trimEnd()}\n`).join('');
}

/** One thing, a line for each of its fields. */
export function fields(thing: Row): string {
  const width = Math.max(...Object.keys(thing).map((name) => name.length));
  return Object.entries(thing).map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}\n`).join('');
}
