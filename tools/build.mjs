// Builds the front end: every file directly in static/js is an entry, static/css/app.css holds the style.
// dist/manifest.json says which file an entry became: a name with a hash of the content, so that browsers keep it for ever.

import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { build } from "esbuild";

const source = "callcenter/static";
const target = join(source, "dist");
const scripts = readdirSync(join(source, "js")).filter((name) => name.endsWith(".js"));

rmSync(target, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: [...scripts.map((name) => join(source, "js", name)), join(source, "css", "app.css")],
  outdir: target,
  entryNames: "[name]-[hash]",
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
  metafile: true,
});

const entries = Object.entries(metafile.outputs).filter(([, { entryPoint }]) => entryPoint?.startsWith(`${source}/`));
const manifest = entries.map(([file, { entryPoint }]) => [basename(entryPoint ?? ""), relative(target, file)]);
writeFileSync(join(target, "manifest.json"), `${JSON.stringify(Object.fromEntries(manifest.sort()), null, 2)}\n`);
