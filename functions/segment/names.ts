/** A name in words of small letters and digits, however it is written: "Order Completed", `order_completed`, `orderCompleted`. */
function wordsOf(name: string): string[] {
  const apart = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2');
  return apart
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** A name as a field of the catalogue is written: `order_id` is `orderId`. */
export function fieldName(name: string): string {
  const [first = '', ...rest] = wordsOf(name);
  return first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/**
 * The event type that a name in somebody's own words stands for. Where the catalogue has a type of the same words, it is
 * that one: "Price List Viewed" is `price-list.viewed`. Else the last word says what happened: "Rate Asked For" would be
 * `rate-asked.for`, which the catalogue then does not know either.
 */
export function eventTypeOf(name: string, known: Iterable<string>): string {
  const words = wordsOf(name);
  for (const type of known) if (type.split(/[.-]/).join(' ') === words.join(' ')) return type;
  const [only = ''] = words;
  return words.length < 2 ? `${only}.happened` : `${words.slice(0, -1).join('-')}.${words.at(-1)}`;
}
