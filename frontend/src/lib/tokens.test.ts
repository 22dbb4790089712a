import { expect, it } from 'vitest';

const sources = import.meta.glob<string>('../**/*.{svelte,css,ts}', { eager: true, query: '?raw', import: 'default' });

/** What may name literals: the tokens themselves, and tests. */
const styled = Object.entries(sources).filter(([path]) => !path.endsWith('/tokens.css') && !path.endsWith('.test.ts'));

const bare = (source: string) =>
  source
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/@(media|container)[^{]+\{/g, '{');

it('names colours only in tokens.css', () => {
  const found = styled.flatMap(([path, source]) => [...bare(source).matchAll(/#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b(?=[;\s'"])|\b(?:rgba?|hsla?|oklch)\(/g)].map((hit) => `${path}: ${hit[0]}`));
  expect(found).toEqual([]);
});

it('names sizes only in tokens.css', () => {
  const found = styled
    .filter(([path]) => path.endsWith('.svelte') || path.endsWith('.css'))
    .flatMap(([path, source]) => [...bare(source).matchAll(/\b\d+(?:\.\d+)?(?:px|rem|em)\b/g)].map((hit) => `${path}: ${hit[0]}`));
  expect(found).toEqual([]);
});

it('gives both themes the same names', () => {
  const tokens = Object.entries(import.meta.glob<string>('./tokens.css', { eager: true, query: '?raw', import: 'default' }))[0]?.[1] ?? '';
  const names = (block: string) => [...block.matchAll(/--[\w-]+(?=:)/g)].map((hit) => hit[0]).sort();
  const dark = /\[data-theme='dark'\] \{([\s\S]*?)\n\}/.exec(tokens)?.[1] ?? '';
  const light = /\n\[data-theme='light'\] \{([\s\S]*?)\n\}/.exec(tokens)?.[1] ?? '';
  expect(names(dark).length).toBeGreaterThan(30);
  expect(names(light)).toEqual(names(dark));
});
