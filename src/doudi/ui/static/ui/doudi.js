/* Doudi: small helps for the hand. Every page works without this file. */
(function () {
  "use strict";

  var composing = false;
  document.addEventListener("compositionstart", function () { composing = true; });
  document.addEventListener("compositionend", function () { composing = false; });

  function typing(event) {
    return composing || event.isComposing || event.keyCode === 229;
  }
  function inField(target) {
    return target.closest("input, textarea, select, [contenteditable]") !== null;
  }

  /* Large text, remembered on this machine. */
  function showLarge() {
    var on = document.documentElement.classList.contains("large");
    document.querySelectorAll("[data-large-text]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(on));
    });
  }
  document.addEventListener("click", function (event) {
    var large = event.target.closest("[data-large-text]");
    if (large) {
      var on = document.documentElement.classList.toggle("large");
      try { localStorage.setItem("doudi.large", on ? "1" : "0"); } catch (error) { /* not kept */ }
      showLarge();
      return;
    }
    var menu = event.target.closest("[data-toggle-nav]");
    if (menu) {
      var open = document.getElementById("nav").classList.toggle("is-open");
      menu.setAttribute("aria-expanded", String(open));
      return;
    }
    if (event.target.closest("[data-back]")) { history.back(); return; }
    if (event.target.closest("[data-print]")) { window.print(); return; }
    var box = event.target.closest("[data-check-all]");
    if (box) {
      box.closest("form, table").querySelectorAll("tbody input[type=checkbox]").forEach(function (one) { one.checked = box.checked; });
    }
  });

  /* A form goes out once; the button says so. Coming back by the back button frees it again. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent === "1") { event.preventDefault(); return; }
    form.dataset.sent = "1";
    var button = event.submitter;
    if (button && button.dataset.busy) {
      button.dataset.idle = button.textContent;
      button.textContent = button.dataset.busy;
    }
    form.setAttribute("aria-busy", "true");
  });
  function freeForms() {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
      form.querySelectorAll("[data-idle]").forEach(function (button) { button.textContent = button.dataset.idle; });
    });
  }
  window.addEventListener("pageshow", freeForms);
  document.addEventListener("htmx:afterRequest", freeForms);
  /* A download answers without a new page, so its form must not stay locked. */
  document.addEventListener("submit", function (event) {
    if (event.target.hasAttribute("data-download")) setTimeout(freeForms, 3000);
  });

  /* Amounts are shown back with separators. */
  document.addEventListener("focusout", function (event) {
    var input = event.target;
    if (!input.matches || !input.matches("[data-money]")) return;
    var plain = input.value.normalize("NFKC").replace(/[,\s元]/g, "");
    var echo = input.parentElement.parentElement.querySelector(".field-echo");
    if (!echo) {
      echo = document.createElement("p");
      echo.className = "field-echo";
      input.parentElement.after(echo);
    }
    echo.textContent = /^\d+(\.\d{1,2})?$/.test(plain)
      ? Number(plain).toLocaleString("zh-CN", { minimumFractionDigits: 2 }) + " 元" : "";
  });

  /* A slider writes into its field; the field moves the slider. */
  document.addEventListener("input", function (event) {
    var at = event.target;
    if (at.dataset && at.dataset.mirror) { document.getElementById(at.dataset.mirror).value = at.value; return; }
    if (!at.id) return;
    var slider = document.querySelector('[data-mirror="' + CSS.escape(at.id) + '"]');
    if (slider && /^\d+(\.\d)?$/.test(at.value)) slider.value = at.value;
  });

  /* Dates: 20220415, 2022.4.15 and 2022年4月15日 become 2022-04-15. */
  document.addEventListener("focusout", function (event) {
    var input = event.target;
    if (!input.matches || !input.matches("[data-date]")) return;
    var found = input.value.normalize("NFKC").trim().match(/^(\d{4})[-.\/年]?(\d{1,2})[-.\/月]?(\d{1,2})日?$/);
    if (found) input.value = found[1] + "-" + found[2].padStart(2, "0") + "-" + found[3].padStart(2, "0");
  });

  /* Keys. Single letters work only in lists and never while an input method is composing. */
  function rows() {
    return Array.prototype.slice.call(document.querySelectorAll("table[data-keys] tbody tr"))
      .filter(function (row) { return row.querySelector("a[href]"); });
  }
  function move(step) {
    var all = rows();
    if (!all.length) return;
    var now = all.findIndex(function (row) { return row.classList.contains("is-marked"); });
    var next = Math.max(0, Math.min(all.length - 1, now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step));
    all.forEach(function (row) { row.classList.remove("is-marked"); });
    all[next].classList.add("is-marked");
    all[next].querySelector("a[href]").focus({ preventScroll: true });
    all[next].scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("keydown", function (event) {
    if (typing(event)) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      var search = document.querySelector("[data-top-search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
      return;
    }
    if (event.key === "Escape") {
      document.querySelectorAll("details.reveal[open]").forEach(function (one) { one.open = false; });
      var nav = document.getElementById("nav");
      if (nav) nav.classList.remove("is-open");
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      var main = document.querySelector("main .button-primary");
      if (main) { event.preventDefault(); main.click(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return;
    if (event.key === "ArrowDown" || event.key === "j") { if (rows().length && (event.key === "j" || event.target.closest("table"))) { event.preventDefault(); move(1); } }
    if (event.key === "ArrowUp" || event.key === "k") { if (rows().length && (event.key === "k" || event.target.closest("table"))) { event.preventDefault(); move(-1); } }
    if (event.key === " " && event.target.closest("table[data-keys] tbody tr")) {
      var tick = event.target.closest("tr").querySelector("input[type=checkbox]");
      if (tick) { event.preventDefault(); tick.checked = !tick.checked; }
    }
  });

  document.addEventListener("DOMContentLoaded", function () {
    showLarge();
    var first = document.querySelector("[data-focus]");
    if (first) first.focus();
  });
})();
