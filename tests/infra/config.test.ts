import { readConfig } from '@baton/infra/aws/config.ts';
import { App } from 'aws-cdk-lib';
import { expect, test } from 'vitest';

const read = (webhookUrl: string) => readConfig(new App({ context: { stage: 'dev', webhookUrl } }));

test('a receiver of webhooks is an https address', () => {
  const webhookUrl = 'https://hooks.example.com/baton?for=a@b';

  expect(read(webhookUrl)).toMatchObject({ webhookUrl });
});

test.each(['http://hooks.example.com/', 'hooks.example.com', 'https://u:hunter2@hooks.example.com/'])(
  'and not %s',
  (url) => {
    expect(() => read(url)).toThrow(/--context webhookUrl=…: /);
    expect(() => read(url)).not.toThrow(/hunter2/);
  },
);
