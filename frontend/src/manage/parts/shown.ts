/** Attached to the chosen one of a row that scrolls (`{@attach chosen ? shown : undefined}`): it is never half outside. */
export const shown = (one: HTMLElement): void => one.scrollIntoView({ inline: 'center', block: 'nearest' });
