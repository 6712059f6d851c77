/* The one component that Dash draws a page with. The words and tables are HTML, put in whole: React would take seconds
   over some thousand cells that never change. Only charts are components, each drawn in the place that the HTML has. */
(function () {
  "use strict";

  var shownAt = null; // the path of what stands there now

  /* Within a page, what the reader had unfolded stays so, and focus stays on the control it was on. */
  function replace(content, html) {
    var same = shownAt === location.pathname;
    var summaries = same ? content.querySelectorAll("details[open] > summary") : [];
    var unfolded = Array.prototype.map.call(summaries, function (summary) { return summary.textContent; });
    var focused = content.contains(document.activeElement) && document.activeElement.id;
    content.innerHTML = html;
    fold(content);
    content.querySelectorAll("details > summary").forEach(function (summary) {
      if (unfolded.indexOf(summary.textContent) >= 0) summary.parentNode.open = true;
    });
    var again = focused && document.getElementById(focused);
    if (again) again.focus({ preventScroll: true });
  }

  /* Tables are served open for readers whose browser draws no charts. */
  function fold(content) {
    content.querySelectorAll(".chart-table[open]").forEach(function (table) { table.open = false; });
  }

  /* A move to an address with the same page, such as a quick way back: choices say again what the address says. */
  function settle(content) {
    content.querySelectorAll("form.choices").forEach(function (form) { form.reset(); });
  }

  /* The document arrives with its page: that stays where it is, unless a release came between it and this reply. */
  function show(page) {
    var content = document.getElementById("content");
    if (content.dataset.of !== page.of) replace(content, page.html);
    else if (shownAt === null) fold(content);
    else settle(content);
    content.dataset.of = page.of;
    shownAt = location.pathname;
    document.dispatchEvent(new CustomEvent("shown"));
    return content.querySelectorAll(".chart-slot");
  }

  function Page(props) {
    var state = window.React.useState({ places: [] });
    var shown = state[0], setShown = state[1];
    // Before the browser paints: page and charts change places at once, in one frame. Two addresses may have one page.
    window.React.useLayoutEffect(function () {
      setShown({ of: props.of, places: show(props) });
    }, [props.of, props.asked]);
    // Charts of a new page must not be drawn in the places of the old one, which are about to go.
    if (shown.of !== props.of) return null;
    return window.React.Children.map(props.children, function (chart, place) {
      return shown.places[place] ? window.ReactDOM.createPortal(chart, shown.places[place]) : null;
    });
  }

  window.ics_progress = { Page: Page };
})();
