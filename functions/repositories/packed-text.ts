import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** No text of a person begins so. */
const sign = '\u001fbr:';
const longText = 1500;
const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

/**
 * A text as it is stored. A mail in HTML becomes a sixth as long, and every write of its row, with the copy in each
 * index, is paid by the kilobyte: unpacked, one mail would cost as much in the database as its sending does.
 */
export const packText = (text: string): string =>
  text.length < longText ? text : `${sign}${brotliCompressSync(text, options).toString('base64')}`;

export const unpackText = (stored: string): string =>
  stored.startsWith(sign)
    ? brotliDecompressSync(Buffer.from(stored.slice(sign.length), 'base64')).toString('utf8')
    : stored;
