"use strict";

// As chosen on the live page, else as the system has it.
const dark = matchMedia("(prefers-color-scheme: dark)");
function colour() {
  const { theme } = document.documentElement.dataset;
  document.documentElement.classList.toggle("dark-mode", theme ? theme === "dark" : dark.matches);
}
dark.addEventListener("change", colour);
colour();

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  persistAuthorization: false, // a key is forgotten with the page
  validatorUrl: null,
  syntaxHighlight: { activated: true, theme: "agate" },
});
