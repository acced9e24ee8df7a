// SPDX-License-Identifier: EUPL-1.2
// Reads {"schemas": {NAME: SCHEMA}, "values": [{"schema", "about", "value"}]} and writes, a line each as JSON, what does not
// fit: {"about", "errors"}. Run where `npm ci` put ajv; test_peers.py asks and counts.
import { readFileSync } from "node:fs";
import Ajv from "ajv";

const asked = JSON.parse(readFileSync(0, "utf8"));
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
const compiled = Object.fromEntries(Object.entries(asked.schemas).map(([name, schema]) => [name, ajv.compile(schema)]));
for (const { schema, about, value } of asked.values) {
  if (!compiled[schema](value)) {
    const errors = compiled[schema].errors.map((error) => `${error.instancePath || "/"} ${error.message}`);
    process.stdout.write(JSON.stringify({ about, errors }) + "\n");
  }
}
