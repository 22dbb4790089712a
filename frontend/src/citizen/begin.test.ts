import { expect, test } from 'vitest';
import tokens from '../lib/tokens.css?raw';
import begin from '../../public/begin.css?raw';
// @ts-expect-error a script of the build, without types of its own
import { beginning, beginWords } from '../../beginning.js';

test('the first button has its words in every language', () => {
  const words = beginWords() as Record<string, string[]>;
  expect(Object.keys(words)).toEqual(['th', 'en', 'zh', 'ja', 'ko', 'ru', 'ms']);
  for (const each of Object.values(words)) expect(each.every((word) => typeof word === 'string' && word !== '')).toBe(true);
});

test('its colours are those of the tokens', () => {
  const colours = begin.match(/#[0-9A-F]{6}\b/g) ?? [];
  expect(colours.length).toBeGreaterThan(5);
  for (const colour of colours) expect(tokens).toContain(colour);
});

test('what the program loads is named after the button', () => {
  const html = '<html>\n  <head>\n    <script type="module" crossorigin src="/assets/a.js"></script>\n    <link rel="stylesheet" crossorigin href="/assets/a.css">\n  </head>\n  <body>\n    <button id="begin" data-words=""></button>\n  </body>\n</html>';
  const { handler } = beginning().transformIndexHtml as unknown as { handler: (html: string) => string };
  const made = handler(html);
  expect(made.indexOf('a.js')).toBeGreaterThan(made.indexOf('id="begin"'));
  expect(made.indexOf('a.css')).toBeGreaterThan(made.indexOf('id="begin"'));
  const words = JSON.parse(/data-words='([^']+)'/.exec(made)?.[1] ?? '{}') as Record<string, string[]>;
  expect(words['th']?.[0]).toBe('ขอความช่วยเหลือ');
  expect(handler('<p></p>')).toBe('<p></p>');
});
