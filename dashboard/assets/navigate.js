/* Moves between pages without loading them anew. */
(function () {
  "use strict";

  var root = document.documentElement;
  var moved = null; // the move under way: {returnTo: id of the control that made it}

  function isPage(url) {
    var known = ["/", "/compare", "/monitor", "/workforce", "/practice"].indexOf(url.pathname) >= 0 || /^\/(system|commitment)\//.test(url.pathname);
    return url.origin === location.origin && known;
  }

  function go(url, returnTo) {
    moved = { returnTo: returnTo };
    history.pushState({}, "", url.pathname + url.search + url.hash);
    window.dispatchEvent(new PopStateEvent("popstate"));
  }

  document.addEventListener("click", function (event) {
    var plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    var link = event.target.closest && event.target.closest("a[href], area[href]");
    if (!plain || event.defaultPrevented || !link || link.target || !root.classList.contains("live")) return;
    var url = new URL(link.href);
    var sameView = url.pathname === location.pathname && url.search === location.search;
    if (!isPage(url) || (sameView && url.hash)) return;
    event.preventDefault();
    go(url, url.pathname === location.pathname ? link.id : null);
  });

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "get" || !root.classList.contains("live")) return;
    var url = new URL(form.action);
    if (!isPage(url)) return;
    event.preventDefault();
    var asked = new URLSearchParams(new FormData(form));
    form.querySelectorAll("select[data-default]").forEach(function (choice) {
      if (choice.value === choice.dataset.default) asked.delete(choice.name);
    });
    url.search = asked.toString();
    go(url, event.submitter && event.submitter.id);
  });

  function settle() {
    var main = document.querySelector("#content main");
    document.title = main.dataset.title;
    document.querySelectorAll(".top nav a").forEach(function (link) {
      if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
    if (!moved) return;
    var control = moved.returnTo && document.getElementById(moved.returnTo);
    if (control) {
      control.focus({ preventScroll: true });
      var changed = document.querySelector("#systems-heading");
      document.getElementById("said").textContent = changed ? changed.textContent : document.title;
    } else {
      var heading = main.querySelector("h1");
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
    moved = null;
  }

  document.addEventListener("shown", function () {
    settle();
    root.classList.add("js", "live");
  });
})();
