import { expect, it } from 'vitest';
import { agrees, holds, parts, type Key, type Root } from './note';

const key: Key = { id: '950dc1d3', name: 'unjai-339b3d427d1f814a', public: 'pP4drLzc6e3LsbmcdYlRySVzM9/QBxObTmTKJ/OX4EA=' };
const root: Root = {
  day: '2026-11-21',
  at: '2026-11-22T04:52:03.526132Z',
  size: 135,
  root: '2b4f7cf1254a98e39a7652ef5156c8203da2a1a4cfa73a74c217cde2cae9fbfb',
  key_id: '950dc1d3',
  note: 'unjai-339b3d427d1f814a\n135\nK0988SVKmOOadlLvUVbIID2ioaTPpzp0whfN4srp+/s=\nat 2026-11-22T04:52:03.526132+00:00\nday 2026-11-21\n\n— unjai-339b3d427d1f814a lQ3B0ytH1meq/GroNfTetOf0Myp/xj7kTSojyCK9nmtJ2UBCu+8aTvFL4otsOg+n+FHAmF0gWaehoaLDS1BhZ9eu8wU=\n',
};

it('holds for what a centre signed', async () => {
  expect(agrees(root)).toBe(true);
  expect(await holds(root, key)).toBe(true);
});

it('does not hold for anything else', async () => {
  expect(await holds({ ...root, size: 136 }, key)).toBe(false);
  expect(await holds({ ...root, root: root.root.replace('2b', '2c') }, key)).toBe(false);
  expect(await holds({ ...root, size: 136, note: root.note.replace('\n135\n', '\n136\n') }, key)).toBe(false);
  expect(await holds(root, { ...key, name: 'unjai-other' })).toBe(false);
  expect(parts('no note', key)).toBe(null);
});
