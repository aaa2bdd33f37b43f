import { renderTemplate } from '@baton/functions/use-cases/render-template.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { describe, expect, test } from 'vitest';
import { hostileBodies } from '../support/hostile-templates.ts';
import { aTemplate } from '../support/publishing-host.ts';

const rendered = (body: string, values: JsonObject) =>
  renderTemplate(aTemplate({ body, channel: 'sms' }), values, async () => undefined);

const items = Array.from({ length: 60 }, (_, at) => ({ name: `Item ${at}`, price: at }));

test('a long message with lists and loops is rendered as Liquid renders it', async () => {
  const body = `{% assign dear = contact.items | where: "price", 7 | first %}{% capture hello %}Hello {{ dear.name }}{% endcapture %}
{{ hello }}{% for item in contact.items %}{% if item.price > 57 and contact.items.size == 60 %}{{ item.name | upcase }},{% endif %}{% endfor %}
{% case contact.tier %}{% when "silver", "gold" %}{{ contact.tags | sort | join: "-" }}{% else %}none{% endcase %}
${'<p>All the rest of a long letter.</p>'.repeat(1300)}`;

  const result = await rendered(body, { contact: { tier: 'gold', tags: ['b', ['c'], 'a'], items } });

  expect(result).toMatchObject({
    ok: true,
    message: { body: expect.stringMatching(/^\nHello Item 7ITEM 58,ITEM 59,\na-b-c\n<p>/) },
  });
});

test('loops stop and go on where they say so', async () => {
  const body =
    '{% for i in (1..9) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 5 %}{% break %}{% endif %}{{ i }}{% endfor %}';

  expect(await rendered(body, {})).toMatchObject({ ok: true, message: { body: '134' } });
});

describe('a text that does too much is refused by its work, not by the clock', () => {
  test.each([
    'a loop in a loop',
    'a loop over a long range',
    'a loop that writes much',
    'a text that doubles',
    'a capture that doubles',
    'a list in itself',
    'a long comparison',
    'many cases',
    'many branches',
    'lists that are compared',
    'lists that are searched',
    'a list that is summed',
    'a filter that computes',
    'a text that is searched',
    'a date of many digits',
  ])('%s', async (attack) => {
    const result = await rendered(hostileBodies[attack]?.() ?? '', {});

    expect(result).toEqual({
      ok: false,
      reason: expect.stringMatching(
        /^takes more work than a message may; shorten its loops and lists, line:1/,
      ),
    });
  });
});
