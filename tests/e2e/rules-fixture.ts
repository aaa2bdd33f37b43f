import { reachView, rootsOf } from '@baton/functions/views/reach.ts';
import type { Facts } from '@baton/rules/conditions/path.ts';
import { withFact } from '@baton/rules/conditions/path.ts';
import type { Json } from '@baton/rules/json.ts';
import { type DocumentsFixture, documentsFixture } from './documents-fixture.ts';
import { ana } from './ui-fixture-data.ts';
import type { Gate } from './ui-fixture-server.ts';

/** What pages of rules need besides documents: whom a condition reaches, and what is known of one contact. */
export type RulesFixture = DocumentsFixture & { gate: Gate; reached: number };

const at = '2026-03-10T09:30:00Z';
const stages = ['targeted', 'converted', 'welcomed', 'first-order', 'developed', 'won-back', 'none'];

/** Some two thousand contacts who differ in what rules ask about; every fifth has a gap. */
const population = {
  at,
  partial: false,
  stages: new Map(
    stages.map((stage, place) => [stage, Array.from({ length: 300 }, (_, n) => contact(n, place))]),
  ),
};

function contact(n: number, place: number): Facts {
  const values: [string, string, Json | undefined][] = [
    ['contact', '$.valueTier', n % 5 === 0 ? undefined : ['a', 'b', 'c'][n % 3]],
    ['contact', '$.leadScore', (n * 37 + place) % 101],
    ['contact', '$.origin', ['organic-search', 'paid-search', 'display', 'social'][n % 4]],
    ['history', '$.openCases', n % 7 === 0 ? 1 : 0],
    ['history', '$.daysSinceLastOrder', (n * 13) % 400],
    ['clock', '$.now', at],
  ];
  return values.reduce<Facts>(
    (facts, [fact, path, value]) => (value === undefined ? facts : withFact(facts, { fact, path }, value)),
    {},
  );
}

/** What is known of Ana as her page tells it. */
const factsOfAna = [
  { fact: 'contact', path: '$.valueTier', label: 'Value tier', value: 'c' },
  { fact: 'history', path: '$.openCases', label: 'Open cases', value: 0 },
  { fact: 'history', path: '$.daysSinceLastOrder', label: 'Days since the last order', value: 52 },
];

export async function rulesFixture(): Promise<RulesFixture> {
  const documents = await documentsFixture();
  const inner = documents.gate;
  const fixture: RulesFixture = Object.assign(documents, { reached: 0 });
  fixture.gate = async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://fixture');
    if (url.pathname.startsWith('/api/contacts/') && url.searchParams.has('at')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...ana(null), asOf: { at, facts: factsOfAna } }));
      return true;
    }
    if (url.pathname !== '/api/reach') return inner(request, response);
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    fixture.reached += 1;
    const view = reachView(
      JSON.parse(Buffer.concat(parts).toString('utf8')),
      population,
      rootsOf(documents.library),
    );
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(view));
    return true;
  };
  return fixture;
}
