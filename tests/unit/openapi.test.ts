import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { httpRoutes } from '@baton/infra/routes.ts';
import { expect, test } from 'vitest';
import * as z from 'zod';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'functions/api/openapi.json'), 'utf8');
const Described = z.object({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), z.object({ operationId: z.string() }))),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});
const { paths, components } = Described.parse(JSON.parse(text));

test('the description of the API is in step with routes, schemas and views', () => {
  const node = join(root, 'node_modules/.bin/node');
  const check = () =>
    execFileSync(node, ['--no-warnings', join(root, 'infra/write-openapi.ts'), '--check'], { stdio: 'pipe' });
  expect(check).not.toThrow();
});

test('every route is described once, under a name of its own', () => {
  const names = httpRoutes.map(({ method, path }) => paths[path]?.[method.toLowerCase()]?.operationId);

  expect(names).not.toContain(undefined);
  expect(new Set(names).size).toBe(httpRoutes.length);
});

test('every reference leads to a schema', () => {
  const references = [...text.matchAll(/"\$ref": "#\/components\/schemas\/(\w+)"/g)].map(
    ([, name = '']) => name,
  );

  expect(references.length).toBeGreaterThan(100);
  expect(references.filter((name) => components.schemas[name] === undefined)).toEqual([]);
});
