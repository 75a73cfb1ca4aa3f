// SPDX-License-Identifier: Apache-2.0
// Bundles what browsers need: node build.mjs FRONT OUT, with the packages in the folder it runs in.
// tools/make_assets.py calls it; each file's name bears its content, so that it can be cached for ever.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, extname, join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [front, out] = process.argv.slice(2).map((folder) => resolve(folder));
const packages = resolve("node_modules");
const { build } = createRequire(join(packages, "_"))("esbuild");
const read = (file) => readFileSync(join(packages, file));
const PACKED = new Set([".js", ".css", ".svg", ".txt"]); // woff2 is compressed already
const HASH = /-[A-Z0-9]{8}(?=\.)/;
const HTMX = ["htmx.org/dist/htmx.min.js", "htmx.org/dist/ext/hx-sse.min.js"];
const FONTS = {
  "inter.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  "inter-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
};

const options = {
  absWorkingDir: front,
  nodePaths: [packages],
  bundle: true,
  minify: true,
  metafile: true,
  write: false,
  outdir: out,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file" },
  target: ["es2022", "chrome123", "firefox120", "safari17.5"],
  legalComments: "none",
  logLevel: "warning",
};

// Vega stands in a file of its own, which changes seldom and which only pages with a chart load.
const vega = await build({ ...options, entryPoints: ["vega.js"], format: "esm" });
const vegaCode = vega.outputFiles[0].contents;
const byName = {
  name: "files-by-their-short-names",
  setup(made) {
    made.onResolve({ filter: /^\.\/vega\.js$/ }, () => ({ path: `./${hashed("vega.js", vegaCode)}`, external: true }));
    made.onResolve({ filter: /^inter(-ext)?\.woff2$/ }, ({ path }) => ({ path, namespace: "font" }));
    made.onLoad({ filter: /./, namespace: "font" }, ({ path }) => ({ contents: read(FONTS[path]), loader: "file" }));
  },
};
const named = { ...options, plugins: [byName] };
const ours = readdirSync(front).filter((name) => extname(name) === ".js" && name !== "vega.js");
const styles = ["tokens.css", "fonts.css", "charts.css", "app.css"].filter((name) => existsSync(join(front, name)));
const sheet = { contents: styles.map((f) => `@import "./${f}";`).join("\n"), loader: "css", resolveDir: front };
const scripts = await build({ ...named, entryPoints: ours, format: "iife" });
const css = await build({ ...named, stdin: sheet });

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const files = {};
const used = new Set(["htmx.org", "@fontsource-variable/inter"]);
for (const input of Object.keys(vega.metafile.inputs)) {
  const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
  if (name) used.add(name);
}
keep("vega.js", vegaCode);
for (const { path, contents } of scripts.outputFiles) {
  const name = basename(path).replace(HASH, "");
  // htmx stays as its makers built it, and comes before our script for its pages, in one file.
  const before = name === "app.js" ? HTMX.map((file) => read(file).toString().replace(/\/\/# source.*/g, "")) : [];
  keep(name, Buffer.from([...before, Buffer.from(contents)].join("\n;\n")), { own: contents.length });
}
for (const { path, contents } of css.outputFiles) {
  const name = basename(path).replace(HASH, "").replace("stdin", "app");
  keep(name, contents, extname(name) === ".woff2" ? { named: basename(path) } : {});
}
for (const name of readdirSync(front).filter((file) => extname(file) === ".svg")) keep(name, readFileSync(join(front, name)));

// A font has its name from the sheet that names it; any other file bears the hash of its content.
function keep(name, contents, { named = hashed(name, contents), ...more } = {}) {
  files[name] = { ...store(named, Buffer.from(contents), extname(name)), sha256: sha256(contents), ...more };
}

function hashed(name, contents) {
  return name.replace(/(?=\.\w+$)/, `-${sha256(contents).slice(0, 8).toUpperCase()}`);
}

function sha256(contents) {
  return createHash("sha256").update(contents).digest("hex");
}

function store(file, contents, kind) {
  writeFileSync(join(out, file), contents);
  const entry = { file, bytes: contents.length };
  if (!PACKED.has(kind)) return entry;
  const gzip = gzipSync(contents, { level: 9 });
  const brotli = brotliCompressSync(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  writeFileSync(join(out, `${file}.gz`), gzip);
  writeFileSync(join(out, `${file}.br`), brotli);
  return { ...entry, gzip: gzip.length, brotli: brotli.length };
}

// What others made travels with their licences.
const licences = [...used].sort().map((name) => {
  const folder = join(packages, name);
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const found = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  return { name, version: about.version, licence: about.license, text: found ? readFileSync(join(folder, found), "utf8").trim() : "" };
});
const texts = licences.map((l) => `${l.name} ${l.version} (${l.licence})\n\n${l.text}\n`).join(`\n${"-".repeat(78)}\n\n`);
keep("licences.txt", texts);
const manifest = { files, packages: licences.map(({ text, ...about }) => about) };
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 1));
