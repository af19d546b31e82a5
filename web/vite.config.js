import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

// "use client" and the like speak to server-side frameworks; there is none here.
const isDirectiveNote = (log) => log.code === "MODULE_LEVEL_DIRECTIVE";

export default defineConfig({
  base: "/static/",
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic" } },
  worker: { format: "es" },
  server: { open: "/static/graphiql.html", proxy: { "/graphql": "http://127.0.0.1:8000" } },
  build: {
    license: { fileName: "licenses.md" }, // of all that is bundled
    chunkSizeWarningLimit: 4000, // the editor is one large piece by nature
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: fileURLToPath(new URL("graphiql.html", import.meta.url)),
      onLog: (level, log, handle) => isDirectiveNote(log) || handle(level, log),
    },
  },
});
