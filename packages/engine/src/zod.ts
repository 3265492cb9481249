import { z } from "zod";

// Compiling a parser costs more than the few small documents that a command reads. Said before any schema is made.
z.config({ jitless: true });

export { z };
