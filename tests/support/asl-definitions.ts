import type { Json, JsonObject } from '@baton/rules/json.ts';

/** A JSONata machine from its states; the first one starts. */
export function machine(states: Record<string, JsonObject>, more: JsonObject = {}): JsonObject {
  return { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0] ?? '', States: states, ...more };
}

export function invoke(payload: Json, more: JsonObject = {}): JsonObject {
  const Arguments = { FunctionName: 'run-step', Payload: payload };
  return { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments, ...ending(more) };
}

/** A task that waits for its token, which the function gets as payload. */
export function waitForToken(more: JsonObject = {}): JsonObject {
  const Arguments = { FunctionName: 'run-step', Payload: { token: '{% $states.context.Task.Token %}' } };
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments,
    ...ending(more),
  };
}

export function pass(more: JsonObject = {}): JsonObject {
  return { Type: 'Pass', ...ending(more) };
}

function ending(more: JsonObject): JsonObject {
  return more.Next === undefined ? { End: true, ...more } : more;
}

/** Every kind of state in one machine; it asks for no token. */
export const everyKind = machine({
  Greet: invoke(
    { name: '{% $states.input.name %}' },
    { Assign: { r: '{% $states.result.Payload %}' }, Next: 'Sort' },
  ),
  Sort: {
    Type: 'Choice',
    Choices: [{ Condition: "{% $r.name = 'Ada' %}", Next: 'Rest', Assign: { known: true } }],
    Default: 'Unknown',
  },
  Rest: { Type: 'Wait', Seconds: 60, Next: 'Both' },
  Both: {
    Type: 'Parallel',
    Branches: [
      { StartAt: 'Each', States: { Each: eachItem([1, 2, 3]) } },
      { StartAt: 'Nap', States: { Nap: { Type: 'Wait', Seconds: 5, Output: '{% $r.name %}', End: true } } },
    ],
    Output: { both: '{% $states.result %}', known: '{% $known %}' },
    Next: 'Done',
  },
  Done: { Type: 'Succeed' },
  Unknown: { Type: 'Fail', Error: 'Unknown' },
});

function eachItem(items: Json[]): JsonObject {
  const States = {
    Double: invoke('{% {"double": $states.input * 2} %}', { Next: 'Short' }),
    Short: { Type: 'Wait', Seconds: '{% $states.context.Map.Item.Value %}', Next: 'Keep' },
    Keep: pass({ Output: '{% $states.input.Payload.double %}' }),
  };
  return {
    Type: 'Map',
    Items: items,
    MaxConcurrency: 2,
    ItemProcessor: { StartAt: 'Double', States },
    End: true,
  };
}
