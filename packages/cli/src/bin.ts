#!/usr/bin/env node
import { runAsProcess } from "@fleet/engine";
import { main } from "./main.ts";

runAsProcess(main);
