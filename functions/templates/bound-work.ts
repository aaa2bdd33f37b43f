import {
  CaseTag,
  type Context,
  type Emitter,
  evalToken,
  ForTag,
  IfTag,
  type Liquid,
  LiquidError,
  type Operators,
  RenderError,
  TablerowTag,
  type Template,
  TokenKind,
  toValue,
  UnlessTag,
} from 'liquidjs';

type OperatorHandler = Operators[string];

/**
 * What rendering one text may cost at most, in characters handled or their like: about 10 ms. Liquid's own limits leave
 * much out (what a loop writes, lists in lists, comparisons), and its limit on time lets a loop block everything for as
 * long as it says. A count is the same on every machine; a message that one can send all can.
 */
export const workAtMost = 500_000;

const perNode = 100;
const perValue = 30;
const refusal = 'memory alloc limit exceeded';

/** The same message with what Liquid calls memory named as what it is here. */
export const inWords = (message: string): string =>
  message.replace(refusal, 'takes more work than a message may; shorten its loops and lists');

/**
 * Lets everything that a text does draw on the one budget of its rendering, `memoryLimit`: nodes, what they write,
 * operators, and filters by what they are given. To be called last, when all filters are registered.
 */
export function boundWork(liquid: Liquid): void {
  boundNodes(liquid);
  boundFilters(liquid);
  const { options } = liquid;
  options.operators = Object.fromEntries(
    Object.entries(options.operators).map(([name, operator]) =>
      // What has one operand looks at nothing but whether it is there.
      name === 'not' ? [name, operator] : [name, boundOperator(operator)],
    ),
  );
  const { outputEscape } = options;
  if (typeof outputEscape === 'function') options.outputEscape = boundFilter(outputEscape);
}

/** Every node of every nesting passes through here, one at a time. */
function boundNodes({ renderer }: Liquid): void {
  const renderAll = renderer.renderTemplates.bind(renderer);
  renderer.renderTemplates = function* (templates, context, emitter = countingEmitter(context)) {
    for (const template of templates) {
      yield* withPlace(template, drawForNode(template, context));
      yield* renderAll([template], context, emitter);
      if (context.breakCalled || context.continueCalled) break;
    }
    return 'buffer' in emitter ? emitter.buffer : '';
  };
}

/** Liquid gives what a node throws its line and column; what is drawn before it is no part of the node. */
function* withPlace(template: Template, drawing: Iterable<unknown>): Generator<unknown> {
  try {
    yield* drawing;
  } catch (error) {
    throw error instanceof Error && !LiquidError.is(error) ? new RenderError(error, template) : error;
  }
}

function* drawForNode(template: Template, context: Context): IterableIterator<unknown> {
  const { token } = template;
  const isText = token.kind === TokenKind.HTML;
  draw(context, perNode + (isText ? 0 : token.end - token.begin));
  if (template instanceof IfTag || template instanceof UnlessTag)
    draw(context, perValue * template.branches.length);
  if (template instanceof ForTag || template instanceof TablerowTag)
    draw(context, entriesOf(toValue(yield evalToken(template.collection, context)), context));
  if (template instanceof CaseTag) {
    const values = template.branches.reduce((sum, branch) => sum + branch.values.length, 0);
    draw(context, perValue * values * (1 + entriesOf(toValue(yield template.value.value(context)), context)));
  }
}

function boundFilters(liquid: Liquid): void {
  for (const [name, filter] of Object.entries(liquid.filters)) {
    if (typeof filter === 'function') liquid.registerFilter(name, boundFilter(filter));
    else liquid.registerFilter(name, { ...filter, handler: boundFilter(filter.handler) });
  }
}

type Filter<This, Result> = (this: This, value: unknown, ...args: unknown[]) => Result;

/** A filter may compute an expression for each entry of a list, and look for one text at every place of another. */
function boundFilter<This extends { context: Context }, Result>(
  filter: Filter<This, Result>,
): Filter<This, Result> {
  return function (value, ...args) {
    const { context } = this;
    const texts = args.reduce<number>((sum, arg) => sum + lengthOf(arg), 0);
    const entries = args.reduce<number>(
      (sum, arg) => sum + entriesOf(arg, context),
      entriesOf(value, context),
    );
    draw(context, perValue + entries * (perValue + texts) + lengthOf(value) * (1 + texts / 100));
    return filter.call(this, value, ...args);
  };
}

function boundOperator(operator: OperatorHandler): OperatorHandler {
  return (left: unknown, right: unknown, context: Context) => {
    const entries = entriesOf(left, context) + entriesOf(right, context);
    draw(context, perValue * (1 + entries) + lengthOf(left) * (1 + lengthOf(right) / 100));
    return operator(left, right, context);
  };
}

/** Liquid's own emitter, which also writes what `capture` keeps, does not count. */
function countingEmitter(context: Context): Emitter {
  return {
    buffer: '',
    write(value: unknown) {
      entriesOf(value, context);
      const text = written(value);
      draw(context, text.length);
      this.buffer += text;
    },
  };
}

function written(given: unknown): string {
  const value: unknown = toValue(given);
  if (value === undefined || value === null) return '';
  return Array.isArray(value) ? value.map(written).join('') : String(value);
}

const lengthOf = (value: unknown): number => (typeof value === 'string' ? value.length : 0);

/** How many entries a list has, those of lists in it included; drawn on the way, because a list may hold itself often. */
function entriesOf(value: unknown, context: Context): number {
  if (!Array.isArray(value)) return 0;
  draw(context, value.length);
  return value.reduce<number>((sum, entry) => sum + entriesOf(entry, context), value.length);
}

function draw(context: Context, work: number): void {
  context.memoryLimit.use(work);
}
