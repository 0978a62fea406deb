import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Address of a running console, whose calls the development server passes on: https://127.0.0.1:8443. */
const target = process.env["SLIPWAY_CONSOLE"] ?? "https://127.0.0.1:8443";

/** The web console: `renderer/` becomes `dist/renderer`, which the engine serves. */
export default defineConfig({
  root: "renderer",
  plugins: [react()],
  build: {
    outDir: "../dist/renderer",
    emptyOutDir: true,
    target: "es2023",
    // The policy of the pages allows nothing inline.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    manifest: "manifest.json",
    chunkSizeWarningLimit: 1200,
  },
  server: {
    proxy: {
      "/rpc": { target, secure: false, changeOrigin: true },
      "/ws": { target, secure: false, changeOrigin: true, ws: true },
    },
  },
});
