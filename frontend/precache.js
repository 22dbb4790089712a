import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What stands in the page before its program, by content: those files keep their names. */
const beginsWith = () => ['public/begin.js', 'public/begin.css', 'index.html'].map((name) => readFileSync(new URL(name, import.meta.url), 'utf8')).join('');

/**
 * Writes `/precache-<entry>.json` = `{version, files}` for each entry: the page and everything it loads at start,
 * so that a service worker can keep exactly that; of the officer's and the citizen's pages also the parts that are
 * loaded when opened, for they are opened where there is no line. `version` changes when any file does.
 * @returns {import('vite').Plugin}
 */
export function precacheLists() {
  return {
    name: 'unjai-precache-lists',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk' || !chunk.isEntry || !['citizen', 'console', 'officer', 'pole'].includes(chunk.name)) continue;
        const files = new Set();
        const walk = (name) => {
          const part = bundle[name];
          if (files.has(name) || !part || part.type !== 'chunk') return;
          files.add(name);
          for (const css of part.viteMetadata?.importedCss ?? []) files.add(css);
          for (const asset of part.viteMetadata?.importedAssets ?? []) files.add(asset);
          for (const next of part.imports) walk(next);
          if (['citizen', 'officer'].includes(chunk.name)) for (const next of part.dynamicImports) walk(next);
        };
        walk(chunk.fileName);
        for (const name of [...files]) {
          const part = bundle[name];
          if (part?.type !== 'asset' || !name.endsWith('.css')) continue;
          for (const found of String(part.source).matchAll(/url\(["']?\/?([^"')]+\.woff2)["']?\)/g)) files.add(found[1]);
        }
        const page = chunk.name === 'citizen' ? '/' : `/${chunk.name}`;
        const list = [page, ...[...files].sort().map((name) => `/${name}`)];
        const version = createHash('sha256').update(list.join('\n') + (chunk.name === 'citizen' ? beginsWith() : '')).digest('hex').slice(0, 16);
        this.emitFile({
          type: 'asset',
          fileName: `precache-${chunk.name}.json`,
          source: JSON.stringify({ version, files: list }),
        });
      }
    },
  };
}
