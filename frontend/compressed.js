import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);
const LEAST_BYTES = 1_000;
const LARGE_BYTES = 300_000;

/**
 * Lays `FILE.br` and `FILE.gz` beside each built file of text: pressed once, as small as it gets, and never again per
 * request. Browsers take br only over https (and from this machine), gzip everywhere.
 * @returns {import('vite').Plugin}
 */
export function compressed() {
  return {
    name: 'unjai-compressed',
    apply: 'build',
    enforce: 'post',
    // From the disc: only there a file is what the browser gets, with all that the bundler puts in last.
    async writeBundle(options, bundle) {
      const press = async (name) => {
        if (!/\.(js|mjs|css|json|svg|html)$/.test(name)) return;
        const file = join(options.dir ?? '', name);
        const plain = await readFile(file);
        if (plain.length < LEAST_BYTES) return;
        const quality = plain.length > LARGE_BYTES ? 9 : constants.BROTLI_MAX_QUALITY;
        const [small, zipped] = await Promise.all([brotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }), zip(plain, { level: 9 })]);
        await Promise.all([writeFile(`${file}.br`, small), writeFile(`${file}.gz`, zipped)]);
      };
      const beside = (await readdir(options.dir ?? '')).filter((name) => !(name in bundle)); // of public/
      await Promise.all([...Object.keys(bundle), ...beside].map(press));
    },
  };
}
