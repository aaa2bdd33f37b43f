type Severity = 'error' | 'warning';

/**
 * Everything that can be wrong with a document. An error keeps it from going live; a warning is shown and may stay.
 * `title` names the problem, `remedy` says what to do; the message of a problem adds where and what.
 */
export const problemCatalogue = {
  // A text that is no document
  'not-json': error('The file is not JSON', 'Correct the text at the line and column given.'),
  'too-large': error(
    'The document is too large',
    'Keep a document below 1 MB and any list in it below 5,000 entries; split it.',
  ),
  'too-deep': error('The document is nested too deeply', 'Nest values at most 40 levels deep.'),
  'duplicate-key': error('A key stands twice in one object', 'Keep one of the two; the other would be lost.'),
  'forbidden-key': error('A key names JavaScript machinery', 'Rename __proto__, constructor or prototype.'),
  'wrong-file-name': error(
    'The file is not named after its document',
    'Name the file <id>.json, or correct the id.',
  ),
  'unreadable-file': error('The file cannot be read', 'Give the process the right to read it, or remove it.'),
  'unknown-folder': error(
    'The folder is not a kind of document',
    'Move its files into the folder of their kind, or remove it.',
  ),
  'test-fails': error(
    'A test of the document does not hold',
    'Mend the document, or the test where it asks for the wrong thing.',
  ),
  // A document that does not fit its schema
  'missing-field': error('A field is missing', 'Add the field.'),
  'unknown-field': error('A field is not known', 'Remove the field or correct its name.'),
  'wrong-type': error('A value has the wrong type', 'Give a value of the type named.'),
  'wrong-value': error('A value is not one of those allowed', 'Use one of the values named.'),
  'wrong-format': error('A text has the wrong form', 'Write it as in the example.'),
  'out-of-range': error(
    'A value is too small, too large, too long or too short',
    'Keep within the limit named.',
  ),
  'not-a-group': error('A condition stands where a group must stand', 'Put it into {"all": [ … ]}.'),
  'mixed-group': error(
    'A node mixes all, any, not or a comparison',
    'Keep one of them per node and nest the others.',
  ),
  'condition-too-deep': error(
    'A condition nests too deeply',
    'Split it, or make part of it a computed fact.',
  ),
  'condition-too-large': error(
    'A condition holds too many nodes',
    'Use a list with "in", or a decision table.',
  ),
  'duplicate-node-name': error('Two nodes of a condition have one name', 'Rename one, or leave names out.'),
  // Facts and events
  'duplicate-fact': error('A fact is defined twice', 'Keep one definition per path.'),
  'circular-fact': error('The fact follows from itself', 'Let it follow from facts that do not need it.'),
  'unreachable-band': error('The band can never be reached', 'List the bands from the highest down.'),
  'keeps-too-much': error(
    'The facts need too many days of sums',
    'Shorten spans, or let facts share one: a contact holds them all.',
  ),
  'reserved-root': error(
    'The name is reserved',
    'event, answer and clock are filled by Baton; choose another id.',
  ),
  'empty-range': error('The smallest value lies above the largest', 'Swap min and max, or correct one.'),
  'unknown-event': error(
    'The event type is not in the catalogue',
    'Add it under events, or correct its name.',
  ),
  'unknown-fact': error('The fact is not in the catalogue', 'Add it under facts, or correct root and path.'),
  'sometimes-absent': warning(
    'The value exists for some of the events only',
    'Say what absence means with "known:" or "orUnknown:", or trigger on the events that carry it.',
  ),
  'bad-sample': error('The sample does not fit the payload', 'Correct the sample or the payload.'),
  'not-an-attribute': error('The fact cannot be set', 'Only facts with source "attribute" can be set.'),
  // Conditions
  'operator-not-for-type': error(
    'The operator does not fit the type of the fact',
    'Use one of the operators named.',
  ),
  'value-not-for-operator': error('The value does not fit the operator', 'Give the kind of value named.'),
  'value-outside-fact': error('The value lies outside what the fact can be', 'Use a value that can occur.'),
  'pointless-decorator': warning(
    'The decorator changes nothing or everything',
    'Remove "known:" or "orUnknown:".',
  ),
  // Rules
  'unknown-stage': error('The stage does not exist', 'Add it under stages, or correct its name.'),
  'unknown-journey': error('The journey does not exist', 'Add it under journeys, or correct its name.'),
  'empty-period': error('The rule ends before it starts', 'Let effective.to lie after effective.from.'),
  'tie-in-conflict-group': warning(
    'Two rules of one conflict group have equal priority',
    'Give one of them a higher priority; until then the id decides.',
  ),
  'no-negative-test': warning(
    'No test shows when the rule stays silent',
    'Add a test that expects "false" or "unknown".',
  ),
  // Tables
  'unknown-column': error('The cell stands in a column that does not exist', 'Correct the column id.'),
  'duplicate-column': error('A column, parameter or row stands twice', 'Give each its own id and parameter.'),
  'missing-output': error('The row leaves an output empty', 'Fill the output.'),
  'output-not-for-type': error(
    'The output does not fit its column',
    'Give a value of the type and list named.',
  ),
  'input-type-differs': error('The column and its fact differ in type', 'Use the type of the fact.'),
  'blank-row': warning(
    'The row has no conditions and fits always',
    'Use it last and with hit policy "first" only.',
  ),
  'unreachable-row': error('The row can never be reached', 'Move it up, change its conditions or remove it.'),
  'no-output-order': error(
    'Hit policy "priority" needs an order of the outputs',
    'List the values of at least one output, the most important first.',
  ),
  // Handovers and stages
  'unknown-milestone': error('The stage has no such milestone', 'Add it to the stage, or correct its name.'),
  'same-stage': error('The handover leads to the stage it comes from', 'Name two different stages.'),
  'owner-differs': warning('The team is not the owner of the stage', 'Name the team that owns the stage.'),
  'equal-priority': error('Two handovers from one stage have equal priority', 'Give each its own priority.'),
  'unknown-team': error('The team owns nothing', 'Correct its name: a team is known by what it owns.'),
  'no-lead': warning(
    'Nobody is said to lead the team',
    'Name the team with its lead and members under "teams" in settings/program.',
  ),
  'no-person': error('A person has no name', 'Write who it is, or remove the entry.'),
  'entry-twice': error('An entry stands twice', 'Remove one of the two.'),
  'duplicate-id': error('An id stands twice', 'Give each its own id.'),
  'duplicate-order': error('Two stages have the same place in the cycle', 'Give each its own order.'),
  // Calendars and service levels
  'unknown-calendar': error('The calendar does not exist', 'Add it under calendars, or correct its name.'),
  'unknown-service-level': error(
    'The service level does not exist',
    'Add it under service-levels, or correct its name.',
  ),
  'never-opens': error('The calendar never opens', 'Let a window open on a weekday that is no holiday.'),
  'no-working-day': error(
    'A working day must have a length of up to 24 hours',
    'Say how many open hours "P1D" stands for, for example "PT8H".',
  ),
  'duplicate-holiday': warning('A date is a holiday twice', 'Keep one of the two.'),
  'percent-not-rising': error(
    'The warnings do not follow each other',
    'List them by rising percent, each percent once, for example 80 and then 100.',
  ),
  'no-warning-at-deadline': warning(
    'Nobody is told when the deadline passes',
    'Add a warning at 100 percent.',
  ),
  'no-time': error('The span leaves no time', 'Give a span of at least one second.'),
  'targets-not-rising': warning(
    'A case must be answered or solved before it must be accepted',
    'Let accept be the shortest and solve the longest span.',
  ),
  'no-priority': error(
    'The table gives no priority',
    'Let it have an output "priority" with the values low, normal and high.',
  ),
  // Journeys
  'no-such-step': error('An arrow leads to a step that does not exist', 'Add the step, or lead elsewhere.'),
  untested: error('No test says what the journey does', 'Play it once and keep what happens as a test.'),
  'unmet-step': error('No way leads to the step', 'Lead a step to it, or remove it.'),
  'no-way-to-end': error('The step leads to no end', 'Let a way out of it lead to a step of kind "end".'),
  'loop-without-wait': error(
    'A circle of steps takes no time',
    'Put a wait of a fixed span into it; a wait until a date may be over at once.',
  ),
  'journey-too-large': error(
    'The journey is too large',
    'Split it: at most 1,000 steps and 1,048,576 bytes.',
  ),
  'unknown-template': error('The template does not exist', 'Add it under templates, or correct its name.'),
  // Templates
  'not-liquid': error('The text is not Liquid', 'Correct the tag or filter on the line given.'),
  'not-mjml': error('The mail is not MJML', 'Correct the element or attribute on the line given.'),
  'unsafe-markup': error(
    'The mail holds what could run or lead astray',
    'Take it out, or let the value stand in a text, a quoted attribute or a link.',
  ),
  'mail-too-large': error('The mail is too large', 'Shorten it, or repeat fewer styles and sections.'),
  'template-without-unsubscribe': error(
    'A marketing mail offers no way out',
    'Add a link to {{ unsubscribe }} in this language: <a href="{{ unsubscribe }}">Unsubscribe</a>.',
  ),
  'unknown-output': error(
    'The table has no such output',
    'Add the output to the table, or name another one.',
  ),
  'unknown-table': error('The table does not exist', 'Add it under tables, or correct its name.'),
  'unknown-handover': error('The handover does not exist', 'Add it under handovers, or correct its name.'),
  'unknown-queue': warning(
    'The queue belongs to nobody',
    'Name a team that owns a stage or a document, or takes part in a handover.',
  ),
  'channel-differs': error('The template is made for another channel', 'Use one channel in both.'),
  'not-in-payload': error('The event does not carry the value', 'Add it to the payload, or read another.'),
  'no-enrolment-key': error(
    'The journey has no enrolment key',
    'Give the journey a key, or match another value.',
  ),
  'match-missing': warning(
    'An event of another enrolment would count too',
    'Add a match on the value that tells enrolments apart.',
  ),
  'not-a-date': error('The fact is no date', 'Refer to a fact of type date.'),
  'waits-for-nothing': error('The step waits for nothing', 'Name an event or a condition on facts.'),
  'shares-not-whole': error('The shares do not make 100 %', 'Change them so that together they make 100.'),
  'stage-is-overlay': error(
    'The stage is laid over others by a case',
    'Open a case instead; contacts are not moved into it.',
  ),
  'enrols-in-circle': error(
    'Journeys enrol contacts into each other in a circle',
    'Lead one of them to an end instead.',
  ),
  'wait-too-long': error('The wait is too long', 'Wait 330 days at most.'),
  // Channels
  'always-quiet': error('Nothing could ever be sent', 'Leave some time of the week outside the quiet hours.'),
  'span-out-of-range': error(
    'The span cannot be counted',
    'Give a span that is longer than nothing, and not too long.',
  ),
} as const satisfies Record<string, { severity: Severity; title: string; remedy: string }>;

export type ProblemCode = keyof typeof problemCatalogue;

/** `document` is `<kind>/<id>`; `path` leads to the place inside it, for example `steps.ask.next`. */
export type Problem = {
  code: ProblemCode;
  severity: Severity;
  document: string;
  path: string;
  message: string;
};

/** A problem whose sentence is `what`, followed by the remedy: its own where given, else the catalogue's. */
export function problem(
  code: ProblemCode,
  document: string,
  path: string,
  what: string,
  remedy: string = problemCatalogue[code].remedy,
): Problem {
  return {
    code,
    severity: problemCatalogue[code].severity,
    document,
    path,
    message: `${what} ${remedy}`.trim(),
  };
}

function error(title: string, remedy: string) {
  return { severity: 'error', title, remedy } as const;
}

function warning(title: string, remedy: string) {
  return { severity: 'warning', title, remedy } as const;
}
