import type { Problem } from '../api/views.ts';
import type { Mapping } from './mapping.ts';

/** Headers by which a contacts file is understood without a mapping; compared without case, blanks, "-" and "_". */
const identifierHeaders: Record<string, readonly string[]> = {
  customer: ['id', 'customerid', 'contactid', 'customernumber', 'customerno'],
  email: ['email', 'mail', 'emailaddress'],
  phone: ['phone', 'phonenumber', 'telephone', 'mobile', 'mobilephone'],
};

const attributeHeaders: Record<string, readonly string[]> = {
  email: identifierHeaders.email ?? [],
  phone: identifierHeaders.phone ?? [],
  name: ['name', 'fullname', 'contactname'],
  firstName: ['firstname', 'givenname'],
  lastName: ['lastname', 'surname', 'familyname'],
  city: ['city', 'town'],
  state: ['state', 'region', 'province'],
  country: ['country'],
  language: ['language', 'lang', 'locale'],
  timeZone: ['timezone', 'tz'],
};

/** The mapping of a contacts file whose headers speak for themselves, taking only attributes that `fields` knows. */
export function mappingForContacts(
  columns: readonly string[],
  fields: ReadonlySet<string>,
): { mapping: Mapping } | { problems: Problem[] } {
  const identifiers = recognised(identifierHeaders, columns).map(([scheme, value]) => ({
    scheme,
    value: { column: value },
  }));
  if (identifiers.length === 0)
    return {
      problems: [
        {
          path: 'header',
          reason: `none of the columns ${columns.join(', ')} is called id, email or phone`,
          remedy: 'rename one of them, or say what they mean with --map',
        },
      ],
    };
  const attributes = recognised(attributeHeaders, columns).filter(([field]) => fields.has(field));
  return {
    mapping: {
      id: 'contacts-by-header',
      title: 'Contacts by header',
      why: 'The headers say what the columns are.',
      owner: { team: 'marketing' },
      zone: 'UTC',
      contacts: [
        {
          source: 'import',
          time: { at: 'file-modified' },
          identifiers,
          attributes: Object.fromEntries(attributes),
        },
      ],
    },
  };
}

function recognised(
  headers: Record<string, readonly string[]>,
  columns: readonly string[],
): [string, string][] {
  return Object.entries(headers).flatMap(([field, names]) => {
    const column = columns.find((name) => names.includes(name.toLowerCase().replace(/[\s_-]/g, '')));
    return column === undefined ? [] : [[field, column] as [string, string]];
  });
}
