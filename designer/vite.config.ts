import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

/** The one inline style of SvelteKit's page announcer, allowed by its hash; nothing else may style inline. */
const announcerStyle = 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo=';

// What is built is what ships, also when a test runner that says NODE_ENV=test asks for the build.
if (process.argv.includes('build')) process.env.NODE_ENV = 'production';

export default defineConfig({
  plugins: [
    tailwindcss(),
    sveltekit({
      adapter: adapter({ fallback: 'index.html' }),
      // A fixed name: the default is the time of the build, which would give every build another CSP hash.
      version: { name: 'baton' },
      csp: {
        mode: 'hash',
        directives: {
          'default-src': ['none'],
          'script-src': ['self'],
          'style-src': ['self'],
          'style-src-attr': ['unsafe-hashes', announcerStyle],
          'font-src': ['self'],
          'img-src': ['self', 'data:'],
          'connect-src': ['self'],
          'base-uri': ['none'],
          'form-action': ['self'],
          'require-trusted-types-for': ['script'],
          'trusted-types': ['svelte-trusted-html', 'baton-mail', 'baton-worker'],
        },
      },
    }),
  ],
  // Small fonts would otherwise become data: addresses, which the CSP refuses.
  build: { assetsInlineLimit: 0 },
  environments: {
    client: {
      build: {
        rolldownOptions: {
          output: {
            // A page of a hundred small files comes late, however little is in each: what many pages share comes as one.
            codeSplitting: {
              groups: [
                { name: 'icons', test: /node_modules[\\/]@lucide/ },
                {
                  name: 'svelte',
                  test: /node_modules[\\/](svelte|esm-env|clsx)[\\/]/,
                  minShareCount: 4,
                },
              ],
            },
          },
        },
      },
    },
  },
  server: { proxy: { '/api': process.env.BATON_URL ?? 'http://127.0.0.1:4400' } },
});
