// Builds the front end: every file directly in static/js is an entry, static/css/app.css holds the style.

import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const source = "callcenter/static";
const target = join(source, "dist");
const ours = (folder, ending) =>
  readdirSync(join(source, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => join(source, folder, name));

rmSync(target, { recursive: true, force: true });
await build({
  entryPoints: [...ours("js", ".js"), join(source, "css", "app.css")],
  outdir: target,
  entryNames: "[name]",
  assetNames: "files/[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  splitting: true,
  chunkNames: "files/[name]-[hash]",
  target: ["es2022"],
  charset: "utf8",
  legalComments: "linked",
  loader: { ".woff2": "file", ".woff": "file", ".svg": "file", ".png": "file", ".mp3": "file", ".ogg": "file" },
  logLevel: "warning",
});
