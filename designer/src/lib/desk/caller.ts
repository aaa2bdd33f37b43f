/** What a telephone system puts into its link to say who calls, as contacts are looked for; empty where it says nothing. */
export function callerIn(query: Pick<URLSearchParams, 'get'>): string {
  const phone = query.get('phone');
  if (phone !== null) return phoneIn(phone);
  return (query.get('email') ?? query.get('q') ?? '').trim().toLowerCase();
}

/** `0049 (221) 555-0134` is kept as +492215550134. A plus in an address reads as a blank, so a blank in front is one. */
function phoneIn(text: string): string {
  const isForeign = /^\s*(\+|\s|00)/.test(text);
  const digits = text.replace(/\D/g, '').replace(/^00/, '');
  return digits === '' ? '' : `${isForeign ? '+' : ''}${digits}`;
}
