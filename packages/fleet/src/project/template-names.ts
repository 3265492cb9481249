/** What a new project may begin as. */
export const TEMPLATES = ["solo", "builder-adversary", "demo"] as const;
export type TemplateName = (typeof TEMPLATES)[number];
