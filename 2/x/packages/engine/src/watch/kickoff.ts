export interface Slots {
  readonly phase_id: string;
  readonly plan: string;
  readonly status: string;
  readonly role: string;
}

/** The first message of a loop agent: the rendered template, then its role file, both to the byte. */
export function renderKickoff(template: string, slots: Slots, role: string): string {
  const rendered = renderTemplate(template, slots);
  return rendered === "" || rendered.endsWith("\n") ? rendered + role : `${rendered}\n${role}`;
}

/** One pass, so that a plan called "{role}" stays what it is. "{{" and "}}" are literal braces; an unknown slot is left alone. */
export function renderTemplate(template: string, slots: Slots): string {
  return template.replaceAll(/\{\{|\}\}|\{(\w+)\}/g, (found, name: string | undefined) => {
    if (found === "{{") return "{";
    if (found === "}}") return "}";
    return Object.hasOwn(slots, name ?? "") ? slots[name as keyof Slots] : found;
  });
}
