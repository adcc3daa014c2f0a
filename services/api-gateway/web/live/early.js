"use strict";

// Before anything is drawn: the colours that were chosen last time.
try {
  const chosen = localStorage.getItem("watchtower.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // a browser that keeps nothing
}
