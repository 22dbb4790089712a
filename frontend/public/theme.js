// Runs before the first paint, so that nobody sees the other theme flash. Kept outside the bundle: the policy allows no inline script.
(function () {
  var root = document.documentElement;
  try {
    var kept = localStorage.getItem('unjai.theme.' + root.dataset.app);
    if (kept === 'dark' || kept === 'light') root.dataset.theme = kept;
    var locale = localStorage.getItem('unjai.locale');
    if (root.dataset.app === 'citizen') locale = localStorage.getItem('unjai.tongue') || locale;
    if (/^(th|en|zh|ja|ko|ru|ms)$/.test(locale || '')) root.lang = locale === 'zh' ? 'zh-Hans' : locale;
  } catch (_) {
    // Storage may be forbidden; the page's own default stands.
  }
})();
