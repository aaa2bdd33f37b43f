/** What a log line may say beside its event; everything else is dropped, whatever the types were told. */
export const logFields = [
  'eventId',
  'eventType',
  'contactId',
  'enrolmentId',
  'stepId',
  'sendId',
  'document',
  'reason',
  'count',
] as const;
export type LogField = (typeof logFields)[number];

const longestText = 300;
/** Ids and names of documents and routes. An address, or what else stands where an id should, does not look like one. */
const idShape = /^[\w .:#/{}-]*$/;

/** The fields on the list, with texts cut; an id that does not look like one is withheld. */
export function listedFields(fields: Readonly<Record<string, unknown>>): Record<string, string | number> {
  const listed: Record<string, string | number> = {};
  for (const name of logFields) {
    const value = fields[name];
    if (typeof value === 'number') listed[name] = value;
    else if (typeof value === 'string')
      listed[name] = name === 'reason' || idShape.test(value) ? cut(value) : '(withheld)';
  }
  return listed;
}

const cut = (text: string): string => (text.length > longestText ? `${text.slice(0, longestText)}…` : text);
