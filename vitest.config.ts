import { defineConfig } from 'vitest/config';

/** What looks at templates gets them from one synthesis; no other test pays for it. */
const onTemplates = ['tests/infra/**/*.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'baton',
          include: ['tests/**/*.test.ts'],
          exclude: onTemplates,
          globalSetup: 'tests/support/global-setup.ts',
        },
      },
      {
        extends: true,
        test: { name: 'infra', include: onTemplates, globalSetup: 'tests/support/synthesise.ts' },
      },
    ],
  },
});
