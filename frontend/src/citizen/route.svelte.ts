/** Which page the address names: `/#walk`, `/#report/<id>`. The first screen has no name. */
function named(): { key: string; rest: string } {
  const [key = '', ...rest] = location.hash.slice(1).split('/');
  return { key, rest: rest.join('/') };
}

class Route {
  #now = $state.raw(named());

  constructor() {
    addEventListener('hashchange', () => (this.#now = named()));
  }

  get key(): string {
    return this.#now.key;
  }

  get rest(): string {
    return this.#now.rest;
  }

  /** Open a page; the phone's own back button leads back. */
  go(key: string, rest = ''): void {
    location.hash = rest ? `${key}/${rest}` : key;
  }

  /** To the first screen, without the last page's name left in the address. */
  home(): void {
    history.pushState(null, '', location.pathname + location.search);
    this.#now = named();
  }
}

export const route = new Route();
