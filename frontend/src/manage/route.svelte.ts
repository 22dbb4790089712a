/** Where we are in `/manage/<page>/<rest>`; the browser's back and forward work. */
class Route {
  path = $state(location.pathname);

  constructor() {
    addEventListener('popstate', () => (this.path = location.pathname));
  }

  /** The page's key; empty at `/manage`. */
  get page(): string {
    return this.path.split('/')[2] ?? '';
  }

  /** What follows the page's key: an id, a tab. */
  get rest(): string {
    return decodeURIComponent(this.path.split('/').slice(3).join('/'));
  }

  go(page: string, rest = ''): void {
    const path = ['', 'manage', page, ...(rest ? [encodeURIComponent(rest)] : [])].join('/');
    if (path === location.pathname) return;
    history.pushState(null, '', path);
    this.path = path;
    scrollTo(0, 0);
  }
}

export const route = new Route();
