import process from "node:process";

// A deprecation or a leaking listener is a failure: thrown here, it ends the run.
process.on("warning", (warning) => {
  throw warning;
});
