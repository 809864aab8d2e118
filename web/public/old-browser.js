// Read by browsers too old for everything else, so written as of 2009. It asks for what Edge and Chrome 109, Firefox 115
// and Safari 16.4 all have (:has is left out: Firefox 115 lacks it), and says plainly what to do where that is missing.
(() => {
  var fine =
    'noModule' in document.createElement('script') &&
    typeof structuredClone === 'function' &&
    'at' in Array.prototype &&
    'findLast' in Array.prototype &&
    typeof CSSLayerBlockRule !== 'undefined' &&
    window.CSS &&
    CSS.supports('height', '1dvh');
  if (fine) return;
  function tell() {
    var box = document.createElement('div');
    box.id = 'old-browser';
    box.setAttribute('role', 'alert');
    box.style.cssText =
      'margin:48px auto;max-width:640px;padding:24px;font:17px/1.8 sans-serif;color:#1f2421;background:#fff;border:2px solid #b3261e';
    box.innerHTML =
      '<h1 style="font-size:22px">瀏覽器版本過舊，無法使用本系統</h1>' +
      '<p>請改用 Microsoft Edge 109、Google Chrome 109、Firefox 115 或 Safari 16.4 以上版本；Internet Explorer 不適用。</p>' +
      '<p lang="en"><strong>This browser is too old.</strong> Please use Microsoft Edge 109, Google Chrome 109, Firefox 115, Safari 16.4 or later.</p>';
    document.body.insertBefore(box, document.body.firstChild);
  }
  if (document.body) tell();
  else if (document.addEventListener) document.addEventListener('DOMContentLoaded', tell);
  else window.attachEvent('onload', tell);
})();
