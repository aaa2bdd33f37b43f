/** A wrong variant of the code, and the scenario of a model that must find it out. `found` stands in the file exactly once. */
export type Mutant = {
  name: string;
  scenario: string;
  edits: readonly { file: string; found: string; replaced: string }[];
};

const edit = (file: string, found: string, replaced: string) => ({
  file: `functions/${file}.ts`,
  found,
  replaced,
});

/** Without it whoever decided on a former state of the contact writes all the same. */
const withoutRevision = edit(
  'use-cases/contact-change',
  'if: head.rev === 0 ? { absent: true } : { equals: { rev: head.rev } },',
  '',
);

export const mutants: readonly Mutant[] = [
  {
    name: 'a wait that looks before it is written',
    scenario: 'wait: an event',
    edits: [
      edit(
        'use-cases/run-step',
        'return wait ? lookThen(ports, {',
        'return wait && !ports ? lookThen(ports, {',
      ),
    ],
  },
  {
    name: 'an event that claims a wait whatever its state',
    scenario: 'wait: an event before the wait and another one',
    edits: [edit('use-cases/waits', "if: { equals: { status: 'OPEN', token: wait.token } },", '')],
  },
  {
    name: 'a look that claims a wait whatever its state',
    scenario: 'wait: an event before the wait and another one',
    edits: [
      edit(
        'use-cases/look-for-answer',
        "output }, duesk: now },\n      if: { equals: { status: 'OPEN' } },",
        'output }, duesk: now },',
      ),
    ],
  },
  {
    name: 'a timer that decides instead of the row',
    scenario: 'wait: an event and a timer',
    edits: [
      edit(
        'use-cases/run-step',
        '(row.result ?? ended);\n  if (wait.claim) return { to: wait.claim.to };',
        '(row.result ?? ended);\n  if (wait.claim) return { to: wait.onTimeout };',
      ),
    ],
  },
  {
    name: 'a timer that takes a wait away whatever its state',
    scenario: 'wait: an event before the wait and a hasty timer',
    edits: [
      edit(
        'use-cases/run-step',
        "key: { pk: wait.pk, sk: wait.sk },\n    if: { equals: { status: 'OPEN' } },\n  });",
        'key: { pk: wait.pk, sk: wait.sk },\n  });',
      ),
    ],
  },
  {
    name: 'a timer that takes a wait which is gone for one that was left',
    scenario: 'wait: an event and a timer',
    edits: [edit('use-cases/run-step', "'$waiting' ? undefined : (row", "'$waiting' ? ended : (row")],
  },
  {
    name: 'a timer that is faster than the function of its step',
    scenario: 'wait: an event and a timer that does not wait',
    edits: [
      edit(
        'use-cases/run-step',
        'if (row.visit === undefined || row.step !== call.step) return enterLate',
        'if (!row) return enterLate',
      ),
    ],
  },
  {
    name: 'a function that goes on although its machine has left it behind',
    scenario: 'wait: an event and a timer that does not wait',
    edits: [edit('use-cases/run-step', 'if (isLeftBehind(call, row)) return ended;', '')],
  },
  {
    name: 'a step that is performed again when it is asked again',
    scenario: 'permit: a crash and the sweeper',
    edits: [edit('use-cases/run-step', 'if (row.visit === call.visit && ', 'if (!row && ')],
  },
  {
    name: 'a signal without a claim',
    scenario: 'wait: an event and a timer',
    edits: [
      edit('use-cases/waits', "set: { status: 'CLAIMED', claim: { ...claim, output }, duesk", 'set: { duesk'),
    ],
  },
  {
    name: 'a claim without a signal',
    scenario: 'wait: an event',
    edits: [edit('use-cases/dispatch', 'await workflows.succeed(row.token, output);', '')],
  },
  {
    name: 'waits of all rounds under one key',
    scenario: 'wait: two events in two rounds',
    edits: [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
      edit('repositories/rows', '#${step}#${iteration}`', '#${step}`'),
    ],
  },
  {
    name: 'an event that answers in every round',
    scenario: 'wait: two events in two rounds',
    edits: [edit('use-cases/look-for-answer', ' && !row.answered.includes(sk))', ')')],
  },
  {
    name: 'a missed look that nobody makes up for',
    scenario: 'wait: an event before the wait and a crash',
    edits: [
      edit('use-cases/run-step', 'return lookThen(ports, row, wait, row.result);', 'return row.result;'),
      edit('use-cases/sweep', "if (row?.status === 'active' && (", "if (row?.status === 'failed' && ("),
    ],
  },
  {
    name: 'a sweeper that does not apply what was recorded',
    scenario: 'wait: an event that the stream gives up',
    edits: [
      edit(
        'use-cases/sweep',
        'await applyEvents(ports, { contactId: contactOf(pk), event: { pk, sk } });',
        '',
      ),
    ],
  },
  {
    name: 'an outbox row that goes before it is acted on',
    scenario: 'wait: an event and a crash',
    edits: [
      edit(
        'use-cases/dispatch',
        'switch (row.kind) {',
        "await ports.store.transact([{ kind: 'delete', table: 'core', key }]);\n  switch (row.kind) {",
      ),
    ],
  },
  {
    name: 'an exit that does not stop the machine',
    scenario: 'enrol: an exit',
    edits: [
      edit(
        'use-cases/dispatch',
        'await ports.workflows.stop({ machine',
        'if (!ports) await ports.workflows.stop({ machine',
      ),
    ],
  },
  {
    name: 'an exit that stops the machine and leaves the row',
    scenario: 'enrol: an exit',
    edits: [edit('use-cases/enrol', 'status: end.status,', '')],
  },
  {
    name: 'an exit that leaves the wait',
    scenario: 'enrol: an exit',
    edits: [edit('use-cases/enrol', 'if (wait && !touches(change, wait)) {', 'if (!wait) {')],
  },
  {
    name: 'a lock that keeps nobody out',
    scenario: 'enrol: two events want to start it',
    edits: [
      edit(
        'use-cases/enrol',
        "if (former.active !== null) return { verdict: 'inside', enrolmentId: former.active };",
        '',
      ),
    ],
  },
  {
    name: 'a lock without a condition, and a contact without a revision',
    scenario: 'enrol: two events want to start it',
    edits: [
      withoutRevision,
      edit('use-cases/enrol', 'if: former ? { equals: { entries: former.entries } } : { absent: true },', ''),
    ],
  },
  {
    name: 'a step that is performed for who has left',
    scenario: 'enrol: an exit and a timer',
    edits: [
      withoutRevision,
      edit(
        'use-cases/run-step',
        "{ remove: ['from'] }),\n    if: { equals: { status: 'active', iteration: row.iteration } },",
        "{ remove: ['from'] }),",
      ),
    ],
  },
  {
    name: 'a permit that does not ask for consent',
    scenario: 'permit: consent is withdrawn',
    edits: [
      edit('use-cases/permit-send', "if (consent?.given === false) return 'consent-withdrawn';", ''),
      edit(
        'use-cases/permit-send',
        "addOperation(change, { kind: 'check', table: 'core', key, if: seen });",
        '',
      ),
    ],
  },
  {
    name: 'consent that is asked for outside the transaction',
    scenario: 'permit: consent is withdrawn',
    edits: [
      withoutRevision,
      edit(
        'use-cases/permit-send',
        "addOperation(change, { kind: 'check', table: 'core', key, if: seen });",
        '',
      ),
    ],
  },
  {
    name: 'suppression that is asked for outside the transaction',
    scenario: 'permit: the address bounces',
    edits: [
      edit(
        'use-cases/permit-send',
        "addOperation(change, { kind: 'check', table: 'guard', key, if: { absent: true } });",
        '',
      ),
    ],
  },
  {
    name: 'a cap that is read outside the transaction',
    scenario: 'permit: two at the edge of the cap',
    edits: [
      withoutRevision,
      edit(
        'use-cases/frequency-cap',
        'if: present ? { equals: { rev: present.rev } } : { absent: true },',
        '',
      ),
    ],
  },
  {
    name: 'a message that two may send at once',
    scenario: 'permit: a message and the sweeper',
    edits: [
      edit(
        'use-cases/send-message',
        '{ remove: waited } : {}),\n    if: asRead(row),',
        '{ remove: waited } : {}),',
      ),
    ],
  },
  {
    name: 'an attempt that is claimed after the provider was asked',
    scenario: 'permit: a crash and the sweeper',
    edits: [
      edit(
        'use-cases/send-message',
        'const begun = await begin(',
        'const early = await channel.send({ ...row });\n  const begun = await begin(',
      ),
      edit(
        'use-cases/send-message',
        'const sending = channel.send(message);',
        'const sending = Promise.resolve(early);',
      ),
    ],
  },
  {
    name: 'a doubtful attempt that is made again',
    scenario: 'permit: a crash and the sweeper',
    edits: [
      edit(
        'use-cases/send-message',
        "if (status === 'PERMITTED' || recognisesSendId) return 'send';",
        "if (status) return 'send';",
      ),
    ],
  },
  {
    name: 'a refused message that is sent again',
    scenario: 'permit: a provider that fails and crashes',
    edits: [edit('use-cases/send-message', "? 'UNKNOWN' : 'FAILED'", "? 'UNKNOWN' : 'ATTEMPT'")],
  },
  {
    name: 'an answer to a handover that is over',
    scenario: 'handover: accepted or too late',
    edits: [edit('use-cases/answers', '[stillOffered]', '[]')],
  },
  {
    name: 'two answers to one handover',
    scenario: 'handover: accepted by one and returned by another',
    edits: [edit('use-cases/answers', "table: 'core',\n      if: { absent: true },", "table: 'core',")],
  },
  {
    name: 'a handover that is settled whatever its state',
    scenario: 'handover: accepted or too late',
    edits: [
      edit('use-cases/handovers', "row.status === 'offered' && namesHandover", 'namesHandover'),
      edit('use-cases/handovers', "if: { equals: { status: 'offered' } },", ''),
      edit('use-cases/answers', '[stillOffered]', '[]'),
    ],
  },
  {
    name: 'a handover that expires although an answer waits to be applied',
    scenario: 'handover: accepted or too late',
    edits: [
      edit('use-cases/stay-step', 'if (await isAnswered(store, handover)) return back;', ''),
      edit(
        'use-cases/stay-step',
        "addOperation(change, { kind: 'check', table: 'core', key: answer, if: { equals: { pend: null } } });",
        '',
      ),
    ],
  },
  {
    name: 'an owner who changes in two transactions',
    scenario: 'handover: accepted',
    edits: [
      edit(
        'use-cases/contact-change',
        'await store.transact([headOperation(head), ...change.operations.values()]);',
        'await store.transact([headOperation(head)]); if (result.ok && change.operations.size > 0) await store.transact([...change.operations.values()]);',
      ),
    ],
  },
  {
    name: 'an owner who changes and a stay that does not end',
    scenario: 'handover: accepted',
    edits: [edit('use-cases/cycle', 'const set = { to: change.now, ', "const set = { by: 'nobody', ")],
  },
  {
    name: 'offers that outlive their stay',
    scenario: 'handover: accepted while a rule moves the contact',
    edits: [
      edit('use-cases/cycle', 'await withdrawHandovers(store, change, stay);', ''),
      edit('use-cases/handovers', 'if (touches(change, row) || row.stay !== change.head.stay) return;', ''),
    ],
  },
  {
    name: 'a stay whose end its machine is not told',
    scenario: 'handover: accepted while a rule moves the contact',
    edits: [edit('use-cases/cycle', "await signalStay(store, change, stay, { to: 'left' });", '')],
  },
  {
    name: 'a stay that is not told because it began to wait meanwhile',
    scenario: 'handover: accepted',
    edits: [edit('use-cases/waits', 'key, if: asRead });', 'key, if: {} });')],
  },
  {
    name: 'a case that is not told because it began to wait meanwhile',
    scenario: 'case: closed',
    edits: [edit('use-cases/waits', 'key, if: asRead });', 'key, if: {} });')],
  },
  {
    name: 'a stay that looks before it waits',
    scenario: 'handover: accepted while a rule moves the contact',
    edits: [
      edit(
        'use-cases/stay-step',
        'if (!after || after.to !== undefined) return withdrawWait',
        'if (!after) return withdrawWait',
      ),
    ],
  },
  {
    name: 'a case that is read before the revision which guards it',
    scenario: 'case: closed when a mark is reached',
    edits: [
      edit(
        'use-cases/case-step',
        'const head = await getHead(',
        'const early = await caseOf(ports.store, call);\n  const head = await getHead(',
      ),
      edit('use-cases/case-step', 'const row = await caseOf(ports.store, call);', 'const row = early;'),
    ],
  },
  {
    name: 'a look that takes back what the machine waits for now',
    scenario: 'case: solved',
    edits: [edit('use-cases/case-step', "equals: { status: 'OPEN', token }", "equals: { status: 'OPEN' }")],
  },
];
