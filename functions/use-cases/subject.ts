export function splitSubject(subject: string): [scheme: string, value: string] {
  const colon = subject.indexOf(':');
  return [subject.slice(0, colon), subject.slice(colon + 1)];
}

/** Separators are not told apart in phone numbers, so a number without digits would make all such contacts one. */
export function namesSomebody(subject: string): boolean {
  const [scheme, value] = splitSubject(subject);
  if (!value.isWellFormed()) return false;
  if (scheme === 'phone') return /\d.*\d.*\d/.test(value);
  return scheme === 'email' ? /^[^\s@]+@[^\s@]+$/.test(value) : value.trim() !== '';
}
