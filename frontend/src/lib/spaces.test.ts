import { expect, it } from 'vitest';

const pages = import.meta.glob<string>('../**/*.svelte', { eager: true, query: '?raw', import: 'default' });

it('begins no block with a space that Svelte would drop', () => {
  const glued = Object.entries(pages).flatMap(([path, source]) => [...source.matchAll(/[^\s]\{(?:#if|:else)[^{}]*\} [·(–].{0,20}/g)].map((hit) => `${path}: ${hit[0]}`));
  expect(glued, "write {' '} there").toEqual([]);
});
