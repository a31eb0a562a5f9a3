import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const lib = (name) => here(`../../libs/${name}/src/index.ts`);

/** Two pages, one set of assets; the gateway serves them under /console and /portal. */
export default defineConfig({
  root: here('.'),
  base: '/console/',
  plugins: [react()],
  resolve: { alias: { '@referrals/client': lib('client'), '@referrals/contracts': lib('contracts'), '@referrals/domain': lib('domain') } },
  build: {
    outDir: here('../../dist/console'),
    emptyOutDir: true,
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // the policy of the pages allows no data: scripts or styles, and files with a hash in their name are cached for good
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    rollupOptions: { input: { console: here('console.html'), portal: here('portal.html') } },
  },
});
