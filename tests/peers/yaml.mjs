// SPDX-License-Identifier: EUPL-1.2
// Writes a YAML file as JSON. Run where `npm ci` put the package `yaml`; test_peers.py asks.
import { readFileSync } from "node:fs";
import { parse } from "yaml";

process.stdout.write(JSON.stringify(parse(readFileSync(process.argv[2], "utf8"))));
