/** One table of a TOML file, as its documentation shows it. */
export interface Table {
  /** As in the file, with a placeholder for what a person names: agents.<name>. "top" is what stands before all tables. */
  readonly name: string;
  readonly keys: readonly Key[];
}

interface Key {
  readonly key: string;
  readonly type: string;
  /** As TOML writes it; "required"; or null for none. */
  readonly fallback: string | null;
  readonly about: string;
}

/** As much of JSON schema as ours use. */
interface Schema {
  readonly type?: string;
  readonly pattern?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
}

/** The tables of a file, outer ones first. What holds only tables has none of its own. */
export function tablesOf(schema: object): readonly Table[] {
  return walk("", schema as Schema);
}

function walk(name: string, schema: Schema): readonly Table[] {
  const { properties = {}, required = [] } = schema;
  const entries = Object.entries(properties);
  const keys = entries
    .filter(([, value]) => name !== "" || !isTable(value))
    .filter(([, value]) => !hasOwnTable(value))
    .map(([key, value]) => keyOf(key, value, required.includes(key)));
  const own = keys.length === 0 ? [] : [{ name: name === "" ? "top" : name, keys }];
  return [...own, ...entries.flatMap(([key, value]) => below(name === "" ? key : `${name}.${key}`, value))];
}

function below(name: string, value: Schema): readonly Table[] {
  if (value.properties !== undefined) {
    const inner = Object.values(value.properties);
    return inner.every(hasOwnTable) ? [merged(`${name}.<name>`, inner)] : walk(name, value);
  }
  if (value.items?.properties !== undefined) return walk(name, value.items);
  const { additionalProperties: named } = value;
  if (typeof named !== "object") return [];
  if (named.properties !== undefined) return walk(`${name}.<name>`, named);
  // A table of plain values at the top of the file: its keys are a person's own.
  return name.includes(".")
    ? []
    : [{ name, keys: [{ ...keyOf("<name>", named, false), about: value.description ?? "" }] }];
}

/** Tables beside each other that take the same keys, or nearly so, are shown as one. */
function merged(name: string, schemas: readonly Schema[]): Table {
  const all = schemas.flatMap((schema) => walk(name, schema)).flatMap(({ keys }) => keys);
  return { name, keys: [...new Map(all.map((key) => [key.key, key])).values()] };
}

const isTable = (value: Schema): boolean => value.type === "object" || value.items?.properties !== undefined;

const hasOwnTable = (value: Schema): boolean => value.properties !== undefined;

function keyOf(key: string, schema: Schema, required: boolean): Key {
  const fallback = required ? "required" : schema.default === undefined ? null : toml(schema.default);
  return { key, type: typeOf(schema), fallback, about: (schema.description ?? "").replaceAll("|", "\\|") };
}

const DURATION = "^[0-9]+(ms|s|m|h)$";

function typeOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`"${word}"\``).join(", ");
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(" or ");
  if (schema.pattern === DURATION) return "duration";
  if (schema.type === "array") {
    const item = schema.items ?? {};
    if (item.enum !== undefined) return `array of ${typeOf(item)}`;
    return item.properties === undefined ? `array of ${typeOf(item)}s` : "array of tables";
  }
  if (schema.type === "object") {
    const { additionalProperties: named } = schema;
    return typeof named === "object" ? `table of ${typeOf(named)}s` : "table";
  }
  return schema.type ?? "any";
}

function toml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toml).join(", ")}]`;
  return typeof value === "object" ? "{}" : JSON.stringify(value);
}
