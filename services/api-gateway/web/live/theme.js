import { byId, setText } from "./dom.js";

// Light, dark, or as the system has it. Only the choice is kept.

const kName = "watchtower.theme";
const kChoices = ["auto", "light", "dark"];

export function offerThemes(store) {
  const button = byId("theme");
  const root = document.documentElement;
  const show = (theme) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    setText(button, `Theme: ${theme}`);
    store.set({ theme: `${theme} ${store.state.second}` }); // also when the system has changed
  };
  button.addEventListener("click", () => {
    const theme = kChoices[(kChoices.indexOf(root.dataset.theme ?? "auto") + 1) % kChoices.length];
    try {
      localStorage.setItem(kName, theme);
    } catch {
      // chosen for this time
    }
    show(theme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => show(root.dataset.theme ?? "auto"));
  show(root.dataset.theme ?? "auto");
}
