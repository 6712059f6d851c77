/* Moves between pages without loading them anew, and puts what Dash has drawn in the place of what was served. */
(function () {
  "use strict";

  var root = document.documentElement;
  var moved = null; // the move under way: {returnTo: id of the control that made it}
  var CONTROLS = "a[href], button, input, select, summary, [tabindex]";

  function isPage(url) {
    var known = ["/", "/compare"].indexOf(url.pathname) >= 0 || url.pathname.indexOf("/system/") === 0;
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
    var main = document.querySelector("#react-entry-point main");
    if (!main) return;
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

  /* The two trees are the same, so the nth control of one is the nth of the other. */
  function carryOver(from, to) {
    var theirs = from.querySelectorAll(CONTROLS);
    var ours = to.querySelectorAll(CONTROLS);
    theirs.forEach(function (control, place) {
      if (!ours[place]) return;
      if ("value" in control && control.tagName !== "BUTTON") ours[place].value = control.value;
    });
    var place = Array.prototype.indexOf.call(theirs, document.activeElement);
    return place >= 0 ? ours[place] : null;
  }

  /* Charts are drawn after this, in places whose height is kept for them. */
  function swap() {
    var served = document.getElementById("served");
    var entry = document.getElementById("react-entry-point");
    var focus = carryOver(served, entry);
    var top = window.scrollY;
    served.remove();
    root.classList.add("js", "live");
    window.scrollTo(0, top);
    if (focus) focus.focus({ preventScroll: true });
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    ics: {
      arrived: function (page) {
        if (!page) return;
        requestAnimationFrame(function () {
          requestAnimationFrame(function () {
            settle();
            if (!root.classList.contains("live")) swap();
          });
        });
      }
    }
  });
})();
