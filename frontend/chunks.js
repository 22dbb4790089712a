/**
 * The phones load few files: over a slow line each one costs a round trip, and a browser asks for six at a time.
 * What the officer's or the citizen's page needs at once and other pages need too goes into one file for all (`base`), into
 * one for those who sign in (`work`) or one for the citizen's (`citizen-base`); everything else is split as the bundler likes.
 * @returns {(id: string, ctx: { getModuleInfo(id: string): { importers: string[], dynamicImporters: string[] } | null }) => string | null}
 */
export function phoneChunks() {
  /** @type {Map<string, Set<string>>} */
  const known = new Map();

  /** Which pages load a module at once, by their names; a part that is loaded when opened counts as `later`. */
  function pagesOf(id, ctx, seen = new Set()) {
    const found = known.get(id);
    if (found) return found;
    if (seen.has(id)) return new Set();
    seen.add(id);
    const importers = ctx.getModuleInfo(id)?.importers ?? [];
    const pages = new Set();
    if (importers.length === 0) pages.add(pageOf(id));
    for (const importer of importers) for (const page of pagesOf(importer, ctx, seen)) pages.add(page);
    // Inside a ring of modules an answer is whole only where the walk began.
    if (seen.values().next().value === id) known.set(id, pages);
    return pages;
  }

  return (id, ctx) => {
    // A few bytes that every file asks for first.
    if (id.includes('rolldown/runtime')) return 'base';
    const pages = pagesOf(id, ctx);
    if (pages.has('citizen') && pages.size > 1) return [...pages].every((page) => page.startsWith('citizen')) ? 'citizen-base' : 'base';
    if (!pages.has('officer')) return null;
    // What another page loads only when it is opened would be cut off into a file of its own, here too.
    const alone = [...pages].every((page) => page === 'officer' || page === 'officer later') && !ctx.getModuleInfo(id)?.dynamicImporters.length;
    return alone ? null : 'work';
  };
}

/** The page that a module without a static importer begins, or is a later part of. */
export function pageOf(id) {
  const html = /([^/]*)\/index\.html$/.exec(id);
  if (html) return html[1] === 'frontend' ? 'citizen' : html[1];
  const part = /\/src\/([^/]+)\//.exec(id);
  return part ? `${part[1]} later` : 'later';
}
