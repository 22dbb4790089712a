/*
 * The help button before the program is there. Over a slow line the page comes a second or two earlier than its
 * program; a press in between goes out at once, and the program finds it where it keeps its calls (`unjai.help`) and
 * goes on with it: the same id, so the centre has one call. Small, alone, and outside the bundle like theme.js.
 * The words are laid into the page by the build, from the same texts.
 */
(function () {
  var button = document.getElementById('begin');
  if (!button) return;
  var words = JSON.parse(button.dataset.words);

  function kept(key) {
    try {
      return localStorage.getItem(key);
    } catch (_) {
      return null;
    }
  }

  // A call that goes on, a hidden screen or another page: the program shows it.
  if (kept('unjai.help') || location.hash.length > 1) return button.parentElement.replaceChildren();

  function spoken() {
    var chosen = [kept('unjai.tongue'), kept('unjai.locale')].filter(function (one) { return words[one]; })[0];
    if (chosen) return chosen;
    var wanted = navigator.languages || [];
    for (var n = 0; n < wanted.length; n += 1) {
      var primary = wanted[n].toLowerCase().split('-')[0];
      if (words[primary]) return primary;
    }
    return wanted.length ? 'en' : 'th';
  }

  var tongue = spoken();
  document.documentElement.lang = tongue === 'zh' ? 'zh-Hans' : tongue;

  function show(word, how) {
    button.firstElementChild.textContent = words[tongue][word];
    button.lastElementChild.textContent = how === null ? '' : words[tongue][how];
  }

  function id() {
    if (crypto.randomUUID) return crypto.randomUUID();
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    return Array.from(bytes, function (byte, n) {
      return ([4, 6, 8, 10].indexOf(n) < 0 ? '' : '-') + (byte + 256).toString(16).slice(1);
    }).join('');
  }

  show(0, 1);
  var police = button.nextElementSibling;
  police.textContent = words[tongue][4];
  button.hidden = police.hidden = false;
  button.addEventListener('click', function () {
    if (window.unjaiPressed) return;
    var call = { id: id(), pressedAt: Date.now() };
    window.unjaiPressed = call;
    try {
      localStorage.setItem('unjai.help', JSON.stringify(call));
    } catch (_) {
      // Storage may be forbidden; the program then takes it from the window.
    }
    if (navigator.vibrate) navigator.vibrate(60);
    show(2, null);
    var body = { id: call.id, tst: Math.floor(call.pressedAt / 1000) };
    var phone = kept('unjai.phone');
    if (phone) body.phone = phone;
    fetch('/api/citizen/help', {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'Idempotency-Key': call.id, 'X-Unjai': '1' },
      credentials: 'same-origin',
      keepalive: true,
      body: JSON.stringify(body),
    }).then(function (answer) {
      if (answer.ok) show(3, null);
    }, function () {
      // No line: the program keeps trying.
    });
  });
})();
