import type { ModelApi } from "./server.ts";
import type { Step } from "./step.ts";

/*
 * For a person with curl. Steps as JSON, one or a list:
 *
 *   curl -d '[{"kind":"shell","command":"date"},{"kind":"text","text":"done"}]' 127.0.0.1:8787/control/script?key=KEY
 *   curl -d '{"kind":"text","text":"ok"}' 127.0.0.1:8787/control/otherwise     …/control/side   …/control/release
 *   curl 127.0.0.1:8787/control/requests?key=KEY
 */
export function control(api: ModelApi, { pathname, searchParams }: URL, body: unknown): unknown {
  const key = searchParams.get("key") ?? undefined;
  const steps = [body].flat() as readonly Step[];
  const [step] = steps;
  switch (pathname.slice("/control/".length)) {
    case "script":
      api.script(key ?? "", steps);
      return { left: api.left(key ?? "") };
    case "otherwise":
      if (step !== undefined) api.otherwise(step);
      return {};
    case "side":
      if (step !== undefined) api.side(step);
      return {};
    case "release":
      api.release();
      return {};
    case "requests":
      return api.requests(key);
    default:
      return null;
  }
}
