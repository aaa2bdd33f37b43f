/** What an attack wants to run; it sits in the global object and counts. */
export const canary = 'batonCanary';
export const call = `globalThis.${canary}()`;

export const many = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));

/** Texts of templates that do as much, reach as far or nest as deep as Liquid lets them. */
export const hostileBodies: Record<string, () => string> = {
  'a loop in a loop': () => '{% for i in (1..2000) %}{% for j in (1..900) %}{{ i }}{% endfor %}{% endfor %}',
  'a loop over a long range': () => '{% for i in (1..1000000000) %}x{% endfor %}',
  'a loop that writes much': () => `{% for i in (1..5000) %}${'x'.repeat(20_000)}{% endfor %}`,
  'a text that doubles': () => `{% assign a = "x" %}${'{% assign a = a | append: a %}'.repeat(40)}{{ a }}`,
  'a capture that doubles': () =>
    `{% capture a %}xx{% endcapture %}${'{% capture a %}{{ a }}{{ a }}{% endcapture %}'.repeat(40)}`,
  'a list in itself': () =>
    `{% assign a = "x,y" | split: "," %}${'{% assign a = a | push: a %}'.repeat(40)}{{ a }}{{ a | join }}{% if a == a %}{% endif %}`,
  'a long comparison': () =>
    `{% for i in (1..5000) %}{% if ${'1 == 2 or '.repeat(3000)} 1 %}{% endif %}{% endfor %}`,
  'many cases': () =>
    `{% for i in (1..5000) %}{% case i %}{% when ${many(5000, (n) => n + 9000).join()} %}x{% endcase %}{% endfor %}`,
  'many branches': () =>
    `{% for i in (1..5000) %}{% if nil %}${'{% elsif nil %}'.repeat(3000)}{% endif %}{% endfor %}`,
  'lists that are compared': () =>
    '{% assign a = (1..5000) %}{% assign b = (1..5000) %}{% for i in a %}{% case a %}{% when b %}{% endcase %}{% endfor %}',
  'lists that are searched': () =>
    '{% assign a = (1..5000) %}{% for i in a %}{% if a contains "x" %}{% endif %}{{ a | find: "x", 1 }}{% endfor %}',
  'a list that is summed': () =>
    '{% assign a = (1..40000) %}{% for i in (1..5000) %}{{ a | sum }}{% endfor %}',
  'a filter that computes': () =>
    `{% assign a = (1..40000) %}{{ a | where_exp: "x", "${'x == 2 or '.repeat(1000)} x" }}`,
  'a text that is searched': () =>
    `{% assign a = "${'a'.repeat(20_000)}" %}{% assign b = "b${'a'.repeat(10_000)}" %}${'{{ a | split: b | size }}'.repeat(500)}`,
  'markup that never ends': () =>
    `{{ "${'<script'.repeat(6000)}" | strip_html }}{{ "${'<!--'.repeat(900)}" | strip_html }}`,
  'many filters': () => `{{ a${' | upcase'.repeat(5000)} }}`,
  'a long path': () => `{{ ${'a.'.repeat(20_000)}b }}`,
  'brackets in brackets': () => `{{ ${'a['.repeat(10_000)}b }}`,
  'tags in tags': () => '{% if 1 %}'.repeat(2500) + '{% endif %}'.repeat(2500),
  'tags that never close': () => '{% for a in b %}{{'.repeat(2500),
  'a date of many digits': () => '{% for i in (1..5000) %}{{ 0 | date: "%99999d" }}{% endfor %}',
  files: () => '{% include "/etc/passwd" %}{% render "../../package.json" %}{% layout "x" %}',
  'the machinery of objects': () =>
    `{{ contact.constructor.constructor }}{{ contact.__proto__ }}{{ "x".constructor }}{{ contact["constructor"]["constructor"] | map: "${call}" }}{{ contact | where: "constructor" }}`,
  'a filter named like machinery': () => '{{ 1 | constructor }}{{ 1 | __proto__ }}{{ 1 | toString }}',
  'a tag named like machinery': () => '{% constructor %}{% __proto__ %}',
  'a value set into the machinery': () =>
    '{% assign __proto__ = 1 %}{% assign constructor = 2 %}{% capture toString %}x{% endcapture %}{{ toString }}',
};
