import { oneLine } from "@fleet/engine";

/** A piece of a page. Only `markup` makes one, so that no text of anybody's becomes part of a page unescaped. */
export interface Markup {
  readonly html: string;
}

type Value = string | number | Markup | readonly Markup[];

/** A page's text; what is put into it is text, and stays text, unless it is a piece of a page itself. */
export const markup = (texts: TemplateStringsArray, ...values: readonly Value[]): Markup => ({
  html: String.raw({ raw: texts }, ...values.map(render)),
});

const render = (value: Value): string => {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return asText(value);
  return "html" in value ? value.html : value.map(({ html }) => html).join("");
};

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Marks that turn the direction of text around would change what stands beside it, too. */
const asText = (text: string): string =>
  oneLine(text).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
