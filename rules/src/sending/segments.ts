/** How a text message is counted: characters, and the parts that phone networks carry and bill. */
export type Segments = { characters: number; segments: number; alphabet: 'gsm-7' | 'unicode' };

/** 3GPP TS 23.038, the default alphabet and its extension, whose signs take two places. */
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const extended = new Set('\f^{}\\[~]|€');

/** Places in a message that stands alone, and in each of several, where a header takes some (3GPP TS 23.040). */
const places = { 'gsm-7': { alone: 160, each: 153 }, unicode: { alone: 70, each: 67 } } as const;

/** One sign outside the plain alphabet makes every sign of the message take more than twice the room. */
export function segmentsOf(text: string): Segments {
  const signs = [...text];
  const alphabet = signs.every((sign) => basic.has(sign) || extended.has(sign)) ? 'gsm-7' : 'unicode';
  const widths = signs.map((sign) => (alphabet === 'unicode' ? sign.length : extended.has(sign) ? 2 : 1));
  const { alone, each } = places[alphabet];
  const total = widths.reduce((sum, width) => sum + width, 0);
  const characters = signs.length;
  if (total === 0) return { characters, segments: 0, alphabet };
  return { characters, segments: total <= alone ? 1 : inParts(widths, each), alphabet };
}

/** A sign is never torn: one of two places that does not fit begins the next part. */
function inParts(widths: readonly number[], each: number): number {
  let parts = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > each) {
      parts += 1;
      used = 0;
    }
    used += width;
  }
  return parts;
}
