/** Step Functions takes 80 characters; the rest is for what is added to the names of a step's further states. */
const longest = 64;

const spelled: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  '–': '-',
  '—': '-',
  '’': "'",
  '“': '"',
  '”': '"',
  '€': 'EUR',
};

/**
 * The name of a step's state: its number and its title in printable ASCII, so that the console shows what the author
 * drew. `$`, braces and percent signs go, because what deploys a definition replaces `${…}` and reads `{% … %}`.
 */
export function stateName(number: number, title: string, id: string): string {
  const ascii = [...title.normalize('NFKD')]
    .map((sign) => spelled[sign] ?? sign)
    .join('')
    .replace(/[^\x20-\x7e]|[${}%]/g, '')
    .replace(/ +/g, ' ')
    .trim();
  return `${number} ${ascii || id}`.slice(0, longest).trim();
}
