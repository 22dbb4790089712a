/** TypeScript in components is type-only syntax, which Svelte 5 strips by itself: no preprocessor. */
export default { compilerOptions: { runes: true } };
