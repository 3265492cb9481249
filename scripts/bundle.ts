import { readFile } from "node:fs/promises";
import path from "node:path";
import { type InputOptions, type Plugin, rolldown } from "rolldown";
import { parseAst } from "rolldown/parseAst";

const ROOT = path.join(import.meta.dirname, "..");

export interface Bundle {
  readonly code: string;
  /** The folders of the packages of others that are inside, sorted. */
  readonly packages: readonly string[];
}

/** How both our programs are bundled. What is imported dynamically is evaluated only when it is asked for. */
const inputOptions = (entry: string, version: string | null = null): InputOptions => ({
  input: path.join(ROOT, entry),
  cwd: ROOT,
  platform: "node",
  tsconfig: false,
  resolve: { conditionNames: ["source", "import", "node", "default"] },
  plugins: [inlineAssets, lateExpressions, ...(version === null ? [] : [calledVersion(version)])],
  // Parentheses round a module make V8 compile all of it at once, which is what lazy loading is to avoid.
  optimization: { pifeForModuleWrappers: false },
  // The names of files would tell where node_modules lies.
  experimental: { attachDebugInfo: "none" },
  // yargs has an import.meta.resolve for configuration files that extend others; we have none.
  checks: { emptyImportMeta: false },
});

/** Without white space, with all names: what a stack says stays readable. */
const MINIFY = { compress: false, mangle: false, codegen: { removeWhitespace: true } } as const;

/** V8 keeps a text of plain ASCII in half the memory, and has it ready in a tenth of the time. */
const toAscii = (code: string): string =>
  code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** One program as one file, dynamic imports included. Under another version than its manifest's, if there is one. */
export async function bundle(entry: string, version: string | null = null): Promise<Bundle> {
  const build = await rolldown(inputOptions(entry, version));
  try {
    const { output } = await build.generate({ format: "esm", codeSplitting: false, minify: MINIFY });
    const [file, ...more] = output;
    if (more.length > 0) throw new Error(`${entry} became ${output.length} files`);
    return { code: toAscii(file.code), packages: packagesOf(file.moduleIds) };
  } finally {
    await build.close();
  }
}

export interface Part {
  readonly name: string;
  readonly code: string;
}

/**
 * One program as CommonJS files, the entry first: what is imported dynamically
 * has files of its own. Each name has a hash of what is in it, and of what it loads.
 * `define` puts values, as source, in the place of names.
 */
export async function bundleInParts(
  entry: string,
  define: Readonly<Record<string, string>> = {},
): Promise<readonly Part[]> {
  const build = await rolldown({ ...inputOptions(entry), transform: { define: { ...define } } });
  try {
    const name = "[name]-[hash].cjs";
    const { output } = await build.generate({
      format: "cjs",
      entryFileNames: name,
      chunkFileNames: name,
      minify: MINIFY,
    });
    return output.map((file) => {
      if (file.type !== "chunk") throw new Error(`${entry} became ${file.fileName} as well`);
      return { name: file.fileName, code: toAscii(file.code) };
    });
  } finally {
    await build.close();
  }
}

const packagesOf = (modules: readonly string[]): readonly string[] => {
  const folders = modules.flatMap((id) => /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []);
  return [...new Set(folders)].sort((a, b) => (path.basename(a) < path.basename(b) ? -1 : 1));
};

/** Puts a file's text in the place of `readFileSync(new URL("./file", import.meta.url), "utf8")`. */
const inlineAssets: Plugin = {
  name: "inline-assets",
  transform: {
    filter: { code: /readFileSync\(\s*new URL\(/ },
    async handler(code, id) {
      const call = /readFileSync\(\s*new URL\(\s*("[^"]+")\s*,\s*import\.meta\.url\s*\)\s*,\s*"utf8",?\s*\)/g;
      const parts: string[] = [];
      let done = 0;
      for (const found of code.matchAll(call)) {
        const asset = path.resolve(path.dirname(id), JSON.parse(found[1] ?? ""));
        parts.push(code.slice(done, found.index), JSON.stringify(await readFile(asset, "utf8")));
        done = found.index + found[0].length;
      }
      return parts.join("") + code.slice(done);
    },
  },
};

/**
 * Turns regular expressions with Unicode properties into calls. As literals
 * they are built while the file is parsed, used or not: one `\p{RGI_Emoji}`
 * takes 12 ms, half the start of Node.
 */
const lateExpressions: Plugin = {
  name: "late-expressions",
  transform: {
    filter: { code: /\\p\{/ },
    handler(code, id) {
      const found: { start: number; end: number; regex: { pattern: string; flags: string } }[] = [];
      visit(parseAst(code, { lang: id.endsWith(".ts") ? "ts" : "js" }, id), (node) => {
        if (node.type === "Literal" && node.regex?.pattern.includes("\\p{")) found.push(node as never);
      });
      let late = code;
      for (const { start, end, regex } of found.sort((a, b) => b.start - a.start)) {
        const call = `new RegExp(${JSON.stringify(regex.pattern)}, ${JSON.stringify(regex.flags)})`;
        late = late.slice(0, start) + call + late.slice(end);
      }
      return late;
    },
  },
};

/** The engine's version is that of its manifest, unless it is released under another. */
const calledVersion = (version: string): Plugin => ({
  name: "called-version",
  transform: {
    filter: { id: /\/packages\/engine\/package\.json$/ },
    handler: (code) => code.replace(/("version":\s*")[^"]*/, `$1${version}`),
  },
});

interface Node {
  readonly type: string;
  readonly regex?: { readonly pattern: string };
}

function visit(value: unknown, each: (node: Node) => void): void {
  if (typeof value !== "object" || value === null) return;
  if ("type" in value && typeof value.type === "string") each(value as Node);
  for (const child of Object.values(value)) visit(child, each);
}
