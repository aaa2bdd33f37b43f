import type { LeafValue } from '../conditions/condition.ts';
import { isReference } from '../conditions/condition.ts';
import { parseInstant } from '../conditions/instant.ts';
import type { DecisionTable } from '../documents/table.ts';
import { parseDuration } from '../time/duration.ts';
import { bareOperator, ifUnknownOf, withIfUnknown } from './conditions.ts';

export type CellColumn = Pick<DecisionTable['inputs'][number], 'type' | 'values'>;
export type Cell = { operator: string; value: LeafValue };

/**
 * A cell as people write it in a spreadsheet: `70..100`, `< 30`, `gold, silver`, `not gold`, `last 7 days`. What an absent
 * fact means is not part of the text. Blank: the row does not ask. `undefined`: the cell has no such form, and stays as it is.
 */
export function cellText(cell: Cell | undefined, column: CellColumn): string | undefined {
  if (!cell) return '';
  const { value } = cell;
  const operator = bareOperator(cell.operator);
  if (isReference(value)) return undefined;
  const text = forms[operator]?.(listText(value), value);
  if (text === undefined || text !== text.trim() || isBlank(text)) return undefined;
  const read = readCell(text, column);
  return read && means(read, operator, value) ? text : undefined;
}

/** What is typed is read without the spaces around it, and a dash is how a spreadsheet writes an empty cell. */
const isBlank = (text: string): boolean => text === '' || text === '-' || text === '–';

/** Whether what is read back says the same; a list of one is the one. */
function means(read: Cell, operator: string, value: LeafValue): boolean {
  const single = Array.isArray(value) && value.length === 1 ? value[0] : undefined;
  const [wanted, what] =
    single === undefined || operator === 'between'
      ? [operator, value]
      : [operator === 'in' ? 'equal' : operator === 'notIn' ? 'notEqual' : operator, single];
  return read.operator === wanted && JSON.stringify(read.value) === JSON.stringify(what);
}

const forms: Readonly<Record<string, (text: string, value: LeafValue) => string | undefined>> = {
  equal: (text) => text,
  in: (text) => text,
  notEqual: (text) => `not ${text}`,
  notIn: (text) => `not ${text}`,
  lessThan: (text) => `< ${text}`,
  lessThanInclusive: (text) => `<= ${text}`,
  greaterThan: (text) => `> ${text}`,
  greaterThanInclusive: (text) => `>= ${text}`,
  between: (_, value) => (Array.isArray(value) ? value.join('..') : undefined),
  dateBefore: (text) => `before ${text}`,
  dateAfter: (text) => `after ${text}`,
  withinLast: (text) => `last ${spanText(text)}`,
  contains: (text) => `has ${text}`,
  doesNotContain: (text) => `has no ${text}`,
  textContains: (text) => `*${text}*`,
  textStartsWith: (text) => `${text}*`,
  isKnown: (_, value) => (value === true ? 'known' : 'unknown'),
};

const listText = (value: LeafValue): string =>
  (Array.isArray(value) ? value : [value]).map((entry) => scalarText(String(entry))).join(', ');

const scalarText = (text: string): string => (text === 'true' ? 'yes' : text === 'false' ? 'no' : text);

/** `P7D` reads "7 days"; spans of several units keep their ISO writing. */
function spanText(span: string): string {
  const match = /^P(?:(\d+)(W|D)|T(\d+)(H|M))$/.exec(span);
  if (!match) return span;
  const [count, letter] = [match[1] ?? match[3] ?? '', match[2] ?? match[4] ?? ''];
  const unit = { W: 'week', D: 'day', H: 'hour', M: 'minute' }[letter] ?? letter;
  return `${count} ${unit}${count === '1' ? '' : 's'}`;
}

/** Reads what was typed or pasted. `before` is what stood there: its word on absent facts stays; new cells say "no". */
export function parseCell(
  typed: string,
  column: CellColumn,
  before?: Cell,
): { ok: true; cell: Cell | undefined } | { ok: false; reason: string } {
  const text = typed.trim();
  if (isBlank(text)) return { ok: true, cell: undefined };
  if (before && text === cellText(before, column)) return { ok: true, cell: before };

  const bare = readCell(text, column);
  if (!bare) return { ok: false, reason: `“${text}” cannot be read here. ${hints[column.type]}` };
  const stray = column.values && strayIn(bare, column.values);
  if (stray !== undefined)
    return {
      ok: false,
      reason: `“${stray}” is not among the values of the column: ${column.values?.join(', ')}.`,
    };
  const meaning = (before && ifUnknownOf(before.operator)) ?? 'no';
  return { ok: true, cell: { ...bare, operator: withIfUnknown(bare.operator, meaning) } };
}

const hints: Readonly<Record<CellColumn['type'], string>> = {
  number: 'Write for example 80, 70..100, < 30, not 5 or known.',
  text: 'Write for example gold, gold, silver, not gold, *gold* or known.',
  enum: 'Write one or several of the values, or not and a value.',
  boolean: 'Write yes or no.',
  date: 'Write for example before 2026-03-01, after 2026-03-01 or last 7 days.',
  list: 'Write for example has gold or has no gold.',
};

function readCell(text: string, column: CellColumn): Cell | undefined {
  if (text === 'known') return { operator: 'isKnown', value: true };
  if (text === 'unknown') return { operator: 'isKnown', value: false };
  return readers[column.type](text);
}

const readers: Readonly<Record<CellColumn['type'], (text: string) => Cell | undefined>> = {
  number: readNumber,
  text: (text) => readPattern(text) ?? readList(text),
  enum: readList,
  boolean: (text) => {
    const value = { yes: true, true: true, no: false, false: false }[text.toLowerCase()];
    return value === undefined ? undefined : { operator: 'equal', value };
  },
  date: readDate,
  list: (text) => {
    const match = /^has( no)?\s+(.+)$/i.exec(text);
    return match ? { operator: match[1] ? 'doesNotContain' : 'contains', value: match[2] ?? '' } : undefined;
  },
};

const comparisons: Readonly<Record<string, string>> = {
  '<': 'lessThan',
  '<=': 'lessThanInclusive',
  '≤': 'lessThanInclusive',
  '>': 'greaterThan',
  '>=': 'greaterThanInclusive',
  '≥': 'greaterThanInclusive',
};
const amount = '-?\\d+(?:\\.\\d+)?';

function readNumber(text: string): Cell | undefined {
  const range = new RegExp(`^(${amount})\\s*(?:\\.\\.|…|–|to)\\s*(${amount})$`).exec(text);
  if (range) {
    const [low, high] = [Number(range[1]), Number(range[2])];
    return low <= high ? { operator: 'between', value: [low, high] } : undefined;
  }
  const compared = new RegExp(`^(<=|>=|<|>|≤|≥)\\s*(${amount})$`).exec(text);
  const operator = comparisons[compared?.[1] ?? ''];
  if (compared && operator) return { operator, value: Number(compared[2]) };
  const list = /^(not\s+)?(.+)$/i.exec(text);
  const numbers = (list?.[2] ?? '').split(',').map((entry) => entry.trim());
  if (!numbers.every((entry) => new RegExp(`^${amount}$`).test(entry))) return undefined;
  return listed(list?.[1] !== undefined, numbers.map(Number));
}

function readList(text: string): Cell | undefined {
  const match = /^(not\s+)?(.+)$/i.exec(text);
  const entries = (match?.[2] ?? '').split(',').map((entry) => entry.trim());
  return entries.some((entry) => entry === '') ? undefined : listed(match?.[1] !== undefined, entries);
}

function listed(not: boolean, values: (string | number)[]): Cell | undefined {
  const [first] = values;
  if (first === undefined) return undefined;
  if (values.length === 1) return { operator: not ? 'notEqual' : 'equal', value: first };
  return { operator: not ? 'notIn' : 'in', value: values };
}

function readPattern(text: string): Cell | undefined {
  const match = /^(\*)?([^*]+)\*$/.exec(text);
  return match
    ? { operator: match[1] ? 'textContains' : 'textStartsWith', value: match[2] ?? '' }
    : undefined;
}

function readDate(text: string): Cell | undefined {
  const compared = /^(before|after)\s+(\S+)$/i.exec(text);
  const instant = compared?.[2];
  if (compared && instant)
    return parseInstant(instant) === undefined
      ? undefined
      : { operator: compared[1]?.toLowerCase() === 'before' ? 'dateBefore' : 'dateAfter', value: instant };
  const span = readSpan(/^last\s+(.+)$/i.exec(text)?.[1] ?? '');
  return span === undefined ? undefined : { operator: 'withinLast', value: span };
}

/** "7 days", "2 hours" or an ISO span. */
export function readSpan(text: string): string | undefined {
  const words = /^(\d{1,6})\s*(week|day|hour|minute)s?$/i.exec(text.trim());
  if (words) {
    const span = {
      week: `P${words[1]}W`,
      day: `P${words[1]}D`,
      hour: `PT${words[1]}H`,
      minute: `PT${words[1]}M`,
    };
    return Object.entries(span).find(([unit]) => unit === words[2]?.toLowerCase())?.[1];
  }
  try {
    parseDuration(text.trim());
    return text.trim();
  } catch {
    return undefined;
  }
}

function strayIn({ operator, value }: Cell, values: readonly string[]): string | undefined {
  if (operator === 'isKnown' || isReference(value)) return undefined;
  return (Array.isArray(value) ? value : [value]).map(String).find((entry) => !values.includes(entry));
}
