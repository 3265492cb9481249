import type { z } from "zod";

type Schema = z.core.$ZodTypes;

/** The keys that a schema knows at a path; none where it takes any. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  return reach(schema as Schema, path).flatMap(({ _zod: { def } }) =>
    def.type === "object" ? Object.keys(def.shape) : [],
  );
}

/** The schemas for what stands at a path. */
export const schemasAt = (schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly z.ZodType[] =>
  reach(schema as Schema, path) as readonly unknown[] as readonly z.ZodType[];

function reach(schema: Schema, path: readonly PropertyKey[]): readonly Schema[] {
  const { def } = schema._zod;
  switch (def.type) {
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
      return reach(def.innerType as Schema, path);
    case "pipe":
      return reach(def.in as Schema, path);
    case "union":
      return def.options.flatMap((option) => reach(option as Schema, path));
    default:
  }
  const [part, ...rest] = path;
  if (part === undefined) return [schema];
  switch (def.type) {
    case "object": {
      const child = def.shape[String(part)];
      return child === undefined ? [] : reach(child as Schema, rest);
    }
    case "record":
      return reach(def.valueType as Schema, rest);
    case "array":
      return reach(def.element as Schema, rest);
    default:
      return [];
  }
}
