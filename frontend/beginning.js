import { readFileSync } from 'node:fs';

const texts = (path) => JSON.parse(readFileSync(new URL(`src/citizen/${path}.json`, import.meta.url), 'utf8'));
const TONGUES = { th: 'th', en: 'en', zh: 'languages/zh', ja: 'languages/ja', ko: 'languages/ko', ru: 'languages/ru', ms: 'languages/ms' };
const WORDS = ['home.help', 'home.help.how', 'grace.sending', 'grace.sent', 'home.call'];

/** The few words of the help button in every language, for `public/begin.js`. */
export const beginWords = () => Object.fromEntries(Object.entries(TONGUES).map(([tongue, path]) => [tongue, WORDS.map((word) => texts(path)[word])]));

/**
 * The citizen's page shows its help button before its program: its words are laid in, and what the program loads is
 * named after the button, so that nothing of it holds up the first picture.
 * @returns {import('vite').Plugin}
 */
export function beginning() {
  return {
    name: 'unjai-beginning',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        if (!html.includes('id="begin"')) return html;
        const loaded = [];
        const bare = html.replace(/^\s*<(?:script type="module" crossorigin|link rel="modulepreload"|link rel="stylesheet" crossorigin)[^>]*>(?:<\/script>)?\n/gm, (tag) => {
          loaded.push(tag);
          return '';
        });
        const words = JSON.stringify(beginWords()).replaceAll('&', '&amp;').replaceAll("'", '&#39;');
        return bare.replace('data-words=""', () => `data-words='${words}'`).replace(/\s*<\/body>/, () => `\n${loaded.join('')}  </body>`);
      },
    },
  };
}
