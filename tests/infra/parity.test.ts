import { indexAttributes, tableNames } from '@baton/functions/tables.ts';
import { functions } from '@baton/infra/functions.ts';
import {
  authRoutes,
  httpRoutes,
  openRoutes,
  queues,
  routeKeyOf,
  segmentRoutes,
} from '@baton/infra/routes.ts';
import { roles } from '@baton/rules/roles.ts';
import { expect, test } from 'vitest';
import { synthesised } from '../support/synthesised.ts';
import { aspectsOf, groupsOf } from '../support/templates/parity.ts';
import { resolve } from '../support/templates/resolve.ts';
import { openVirtualHost } from '../support/virtual-host.ts';

/** What a host of one machine has no use for: people sign in by opening it, it posts at once, and nothing is deployed. */
const onAwsOnly = ['auth', 'clean-up', 'deliver-webhook', 'deploy-library', 'deploy-site', 'record-feedback'];

test.each(['dev', 'prod'] as const)('exactly what is listed is deployed to %s', async (name) => {
  const aspects = aspectsOf(resolve(await synthesised(name)));

  for (const [aspect, { listed, deployed }] of Object.entries(aspects)) {
    expect(deployed, aspect).toEqual(listed);
    expect(Object.keys(listed).length, aspect).toBeGreaterThan(0);
  }
});

test('the local host runs the same functions, save those that only AWS needs', async () => {
  const made = new Set<string>();
  await openVirtualHost('2026-03-02T09:00:00.000Z', undefined, {
    portsOf: (name, ports) => {
      made.add(name);
      return ports;
    },
  });

  expect([...made, ...onAwsOnly].sort()).toEqual(Object.keys(functions).sort());
});

test('the local host serves the same routes of the API', async () => {
  const { api } = await openVirtualHost('2026-03-02T09:00:00.000Z');
  const { routes } = aspectsOf(resolve(await synthesised('dev')));
  const serves = (routeKey: string) =>
    api({ version: '2.0', routeKey, pathParameters: {}, headers: {}, requestContext: {} }).then(
      () => true,
      (error: unknown) => !String(error).includes('no function serves'),
    );

  const offered = Object.keys(routes.deployed).filter((key) => !authRoutes.map(routeKeyOf).includes(key));
  const served = await Promise.all(offered.map(serves));

  expect(served).toEqual(offered.map(() => true));
  expect(offered.sort()).toEqual([...httpRoutes, ...openRoutes, ...segmentRoutes].map(routeKeyOf).sort());
  expect(await serves('GET /api/nothing')).toBe(false);
});

test('the local host has the same tables, indexes, queues and roles', async () => {
  const { database, queues: open } = await openVirtualHost('2026-03-02T09:00:00.000Z');
  const deployed = resolve(await synthesised('dev'));
  const { tables } = aspectsOf(deployed);
  const columns = (table: string) =>
    database.sql
      .prepare('SELECT name FROM pragma_table_info(?)')
      .all(table)
      .map(({ name }) => String(name));

  expect(Object.keys(tables.deployed).sort()).toEqual([...tableNames].sort());
  for (const table of tableNames)
    expect(columns(table), table).toEqual(expect.arrayContaining(['pk', 'sk', ...indexAttributes(table)]));
  expect(open.length).toBe(queues.length);
  expect(groupsOf(deployed).sort()).toEqual(
    roles
      .map(({ id }): string => id)
      .filter((id) => id !== 'service')
      .sort(),
  );
});
