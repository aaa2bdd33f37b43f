/** What an operator asks of a fact, as the end of a sentence; one wording for every screen and every trace. */
export const operatorWords: Readonly<Record<string, string>> = {
  equal: 'is',
  notEqual: 'is not',
  in: 'is one of',
  notIn: 'is none of',
  contains: 'contains',
  doesNotContain: 'does not contain',
  lessThan: 'is less than',
  lessThanInclusive: 'is at most',
  greaterThan: 'is more than',
  greaterThanInclusive: 'is at least',
  dateBefore: 'is before',
  dateAfter: 'is after',
  textContains: 'contains the text',
  textStartsWith: 'starts with',
};
