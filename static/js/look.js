// Display settings. A classic script in <head>: the chosen theme is in place before the first paint.
// The server writes the attributes from the cookie; without a cookie the reader's device decides here.
"use strict";
(() => {
  const COOKIE = "sunlit_look";
  const root = document.documentElement;

  /** Write the theme attributes for one of auto, light, dark, more, dark-more. @param {string} choice */
  const show = (choice) => {
    const auto = choice === "auto";
    const dark = choice.startsWith("dark") || (auto && matchMedia("(prefers-color-scheme: dark)").matches);
    const more = choice.endsWith("more") || (auto && matchMedia("(prefers-contrast: more)").matches);
    root.dataset.bsTheme = dark ? "dark" : "light";
    if (more) root.dataset.contrast = "more"; else delete root.dataset.contrast;
    root.dataset.choice = choice;
    for (const b of document.querySelectorAll("[data-look]")) {
      b.setAttribute("aria-pressed", String(b.getAttribute("data-look") === choice));
    }
  };

  if (root.dataset.choice === "auto") show("auto");
  for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) {
    matchMedia(query).addEventListener("change", () => { if (root.dataset.choice === "auto") show("auto"); });
  }

  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const button = target.closest("[data-look]");
    if (button) {
      event.preventDefault();
      const choice = button.getAttribute("data-look") ?? "auto";
      const secure = location.protocol === "https:" ? "; Secure" : "";
      document.cookie = `${COOKIE}=${choice}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
      show(choice);
    }
    for (const menu of document.querySelectorAll("details.sl-menu[open]")) {
      if (!menu.contains(target)) menu.removeAttribute("open");
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.sl-menu[open]")) {
      menu.removeAttribute("open");
      /** @type {HTMLElement} */ (menu.firstElementChild).focus();
    }
  });
  document.addEventListener("DOMContentLoaded", () => {
    /** @type {HTMLElement | null} */ (document.querySelector(".sl-errors[tabindex]"))?.focus();
    for (const b of document.querySelectorAll("[data-print]")) b.addEventListener("click", () => print());
  });
})();
