import { execFile } from "node:child_process";
import path from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);
const OFFLINE = path.join(import.meta.dirname, "offline");

/** Says which networks there are, once it has reached itself over loopback. */
const LOOK = `
  const net = require("node:net");
  const server = net.createServer().listen(0, "127.0.0.1", () => {
    net.connect(server.address().port, "127.0.0.1", () => {
      console.log(Object.keys(require("node:os").networkInterfaces()).join(" "));
      process.exit(0);
    });
  });
`;

it("leaves a program its loopback and no other network, or says that it can't", async () => {
  const { stdout, stderr } = await run(OFFLINE, [process.execPath, "-e", LOOK]);
  expect([stdout === "lo\n", stderr.includes("no network namespace")]).toContain(true);
});

it("ends as its command ends, and hands over its words as they are", async () => {
  const { stdout } = await run(OFFLINE, ["printf", "%s|", "a b", "c"]);
  expect(stdout).toBe("a b|c|");
  await expect(run(OFFLINE, ["sh", "-c", "exit 7"])).rejects.toMatchObject({ code: 7 });
});
