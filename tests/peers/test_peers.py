# SPDX-License-Identifier: EUPL-1.2
"""Adapters against what their providers publish for machines. The case files hold each request to the byte, and the contract
suite holds the adapter to them; here the same requests and answers are held against the provider's own specification: the
schema of a body by ajv (npm ci, by the lock file beside this one), paths, parameters and documented errors by hand.

The specifications are read from a folder */providers/openapi beside this tree; without one, or without npm, this is
skipped. Usage: test_peers.py [WORK-FOLDER]."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Iterator
from urllib.parse import parse_qsl, urlsplit

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from support.packages import install  # noqa: E402

ROOT = HERE.parent.parent
WORK = Path(sys.argv.pop(1) if len(sys.argv) > 1 else ROOT / "build" / "peers").resolve()
SPECIFICATIONS = next(iter(sorted(ROOT.parent.glob("*/providers/openapi"))), None)


def specification(name: str) -> dict:
    if SPECIFICATIONS is None or not (SPECIFICATIONS / name).is_file():
        raise unittest.SkipTest(f"no {name} beside this tree")
    return json.loads((SPECIFICATIONS / name).read_text())


def yaml_specification(name: str) -> dict:
    if SPECIFICATIONS is None or not (SPECIFICATIONS / name).is_file():
        raise unittest.SkipTest(f"no {name} beside this tree")
    Ajv.install()
    done = subprocess.run(["node", "yaml.mjs", str(SPECIFICATIONS / name)], cwd=WORK, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def rounds(adapter: str, *lists: str) -> Iterator[tuple[str, dict]]:
    """Every round of every hand-over of an adapter's cases, with where it stands."""
    for path in sorted((ROOT / "adapters" / adapter / "cases").glob("*.json")):
        document = json.loads(path.read_text())
        for name in lists:
            for case in document.get(name, []):
                for at, one in enumerate(case["rounds"]):
                    yield f"{adapter}/{path.name}: {case['about']}, round {at}", one


def strict(schemas: dict) -> dict:
    """The same schemas, where a member that is not declared is a fault: a provider may pass it over in silence."""
    closed = copy.deepcopy(schemas)
    for schema in closed.values():
        if schema.get("type") == "object" and "properties" in schema and "additionalProperties" not in schema:
            schema["additionalProperties"] = False
    return closed


class Ajv:
    """ajv, once installed for all tests; what does not fit is returned by what it is about."""

    ready = False

    @classmethod
    def install(cls) -> None:
        if cls.ready:
            return
        install(HERE, WORK, "validate.mjs", "yaml.mjs")
        cls.ready = True

    @classmethod
    def flaws(cls, schemas: dict, values: list[dict]) -> dict[str, list[str]]:
        cls.install()
        done = subprocess.run(["node", "validate.mjs"], cwd=WORK, input=json.dumps({"schemas": schemas, "values": values}),
                              capture_output=True, text=True, check=True)
        return {line["about"]: line["errors"] for line in map(json.loads, done.stdout.splitlines())}


class AndroidGateway(unittest.TestCase):
    """SMSGate's OpenAPI: bodies, paths, parameters and answers."""

    def setUp(self) -> None:
        self.spec = specification("android_sms_gateway.json")

    def schema(self, name: str) -> dict:
        return {"$ref": f"#/definitions/{name}", "definitions": strict(self.spec["definitions"])}

    def schemas(self) -> dict:
        return {name: self.schema(name) for name in ("smsgateway.Message", "smsgateway.GetMessageResponse")}

    def operation(self, request: dict) -> dict:
        path = urlsplit(request["url"]).path
        for template, methods in self.spec["paths"].items():
            parts, wanted = path.split("/"), template.split("/")
            if len(parts) == len(wanted) and all(b.startswith("{") or a == b for a, b in zip(parts, wanted)):
                return methods[request["method"].lower()]
        self.fail(f"the specification has no path {path}")

    def test_bodies(self) -> None:
        values = [{"schema": "smsgateway.Message", "about": where, "value": json.loads(one["request"]["body"])}
                  for where, one in rounds("androidgw", "handovers") if one.get("request", {}).get("body")]
        self.assertGreater(len(values), 5)
        self.assertEqual(Ajv.flaws(self.schemas(), values), {})

    def test_answers_are_the_providers(self) -> None:
        values = [{"schema": "smsgateway.GetMessageResponse", "about": where, "value": one["answer"]["body"]}
                  for where, one in rounds("androidgw", "handovers")
                  if one["answer"].get("status") in (200, 202) and isinstance(one["answer"]["body"], dict)]
        self.assertGreater(len(values), 5)
        # What a schema does not declare an answer may still hold.
        loose = {name: {"$ref": schema["$ref"], "definitions": self.spec["definitions"]} for name, schema in self.schemas().items()}
        self.assertEqual(Ajv.flaws(loose, values), {})

    def test_paths_and_parameters(self) -> None:
        seen = 0
        for where, one in rounds("androidgw", "handovers"):
            if "request" not in one:
                continue
            operation = self.operation(one["request"])
            declared = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"}
            asked = {name for name, _ in parse_qsl(urlsplit(one["request"]["url"]).query)}
            self.assertLessEqual(asked, declared, where)
            seen += 1
        self.assertGreater(seen, 5)

    def test_a_wrong_body_is_seen(self) -> None:
        good = next(json.loads(one["request"]["body"]) for _, one in rounds("androidgw", "handovers") if "request" in one)
        wrong = {"too short a life": {**good, "ttl": 4}, "no number": {**good, "phoneNumbers": []}, "a number for a text": {**good, "id": 7},
                 "a member nobody declared": {**good, "text": "x"}, "a priority out of range": {**good, "priority": 128}}
        values = [{"schema": "smsgateway.Message", "about": about, "value": value} for about, value in wrong.items()]
        self.assertEqual(set(Ajv.flaws(self.schemas(), values)), set(wrong))


class Notify(unittest.TestCase):
    """GOV.UK Notify publishes its operations without the schemas they refer to: what is there are paths, parameters and the
    documented errors. Each of those errors is a case of ours."""

    def test_documented_errors_are_cases(self) -> None:
        spec = specification("govuk_notify_POST_notification_sms.json")["post"]
        told = {(one["answer"].get("status"), error["error"], error["message"])
                for _, one in rounds("notify", "handovers") if isinstance(one["answer"].get("body"), dict)
                for error in one["answer"]["body"].get("errors", [])}
        documented = {(int(status), error["error"], error["message"]) for status, answer in spec["responses"].items()
                      for content in answer.get("content", {}).values() for example in content.get("examples", {}).values()
                      for error in example["value"]["errors"]}
        self.assertGreater(len(documented), 5)
        self.assertEqual(documented - told, set())

    def test_the_question(self) -> None:
        spec = specification("govuk_notify_GET_data_for_messages.json")["get"]
        declared = {parameter["name"] for parameter in spec["parameters"] if parameter["in"] == "query"}
        asked = [urlsplit(one["request"]["url"]) for _, one in rounds("notify", "queries") if "request" in one]
        self.assertGreater(len(asked), 1)
        for url in asked:
            self.assertEqual(url.path, "/v2/notifications")
            self.assertLessEqual({name for name, _ in parse_qsl(url.query)}, declared)

    def test_statuses_of_answers(self) -> None:
        spec = specification("govuk_notify_POST_notification_sms.json")["post"]
        taken = [one["answer"]["status"] for _, one in rounds("notify", "handovers")
                 if isinstance(one["answer"].get("body"), dict) and "errors" not in one["answer"]["body"]]
        self.assertTrue(taken)
        self.assertLessEqual({str(status) for status in taken}, set(spec["responses"]))


class Telegram(unittest.TestCase):
    """The Bot API as data: methods and types, each with its fields. Requests, down to their buttons, hold what is declared and
    all that is required."""

    PLAIN = {"Integer": int, "String": str, "Boolean": bool, "True": bool, "Float": (int, float)}

    def setUp(self) -> None:
        self.spec = specification("telegram_bot_api_10_1.min.json")

    def fits(self, kind: str, value: object) -> list[str]:
        if kind.startswith("Array of "):
            return [flaw for one in value for flaw in self.fits(kind[9:], one)] if isinstance(value, list) else ["no list"]
        if kind in self.PLAIN:
            good = isinstance(value, self.PLAIN[kind]) and (kind in ("Boolean", "True")) == isinstance(value, bool)
            return [] if good else [f"{value!r} is no {kind}"]
        described = self.spec["types"][kind]
        if "fields" not in described:  # one of several
            return min((self.fits(one, value) for one in described["subtypes"]), key=len)
        return self.object(described, value)

    def object(self, described: dict, value: object) -> list[str]:
        if not isinstance(value, dict):
            return [f"{value!r} is no {described['name']}"]
        fields = {field["name"]: field for field in described["fields"]}
        flaws = [f"{described['name']} has no {name}" for name in value if name not in fields]
        flaws += [f"{described['name']} lacks {name}" for name, field in fields.items() if field["required"] and name not in value]
        for name in value.keys() & fields.keys():
            flaws += min((self.fits(kind, value[name]) for kind in fields[name]["types"]), key=len)
        return flaws

    def requests(self) -> Iterator[tuple[str, dict]]:
        for path in sorted((ROOT / "adapters/telegram/cases").glob("*.json")):
            document = json.loads(path.read_text())
            for case in document.get("handovers", []) + document.get("polls", []):
                for one in case.get("rounds", [case]):
                    if "request" in one:
                        yield f"{path.name}: {case['about']}", one["request"]

    def test_requests(self) -> None:
        methods = set()
        for where, request in self.requests():
            method = urlsplit(request["url"]).path.rsplit("/", 1)[1]
            methods.add(method)
            self.assertEqual(self.object(self.spec["methods"][method], json.loads(request["body"])), [], where)
        self.assertEqual(methods, {"sendMessage", "getUpdates", "answerCallbackQuery"})

    def test_a_wrong_request_is_seen(self) -> None:
        method = self.spec["methods"]["sendMessage"]
        good = next(json.loads(r["body"]) for _, r in self.requests() if "reply_markup" in r["body"])
        button = {"reply_markup": {"inline_keyboard": [[{"callback_data": "x"}]]}}
        for wrong in ({"chat_id": 1}, {**good, "text": 5}, {**good, "colour": "red"}, {**good, **button}, {**good, "reply_markup": []}):
            self.assertNotEqual(self.object(method, wrong), [], wrong)


class WhatsApp(unittest.TestCase):
    """Meta's OpenAPI of the Cloud API: what is sent, what is answered, what a webhook brings. Its kinds of message are written as
    the common properties and, apart, those of the kind, which forbid all others: nothing fits both, so each kind is held to the
    two together. It is of v23.0, which did not list the reference of ours that comes back in statuses; and the pattern of a
    button's place contradicts its own description and example ("Position index of the button (0-9)", "0"), which count."""

    LATER = {"biz_opaque_callback_data": {"type": "string", "maxLength": 512}}

    def setUp(self) -> None:
        self.spec = yaml_specification("meta_whatsapp_messages_v23_subset.yaml")
        self.named = self.spec["components"]["schemas"]
        for properties in (self.named["TemplateComponent"]["properties"], self.named["ButtonComponent"]["allOf"][1]["properties"]):
            properties["index"]["pattern"] = "^[0-9]$"

    def schema(self, name: str) -> dict:
        return {"$ref": f"#/components/schemas/{name}", "components": self.spec["components"]}

    def message(self, kind: str) -> dict:
        own = self.named["Message"]["discriminator"]["mapping"][kind].rsplit("/", 1)[1]
        base, more = self.named["BaseMessageProperties"], self.named[own]["allOf"][1]
        return {"type": "object", "additionalProperties": False, "required": base["required"] + more["required"],
                "properties": {**base["properties"], **more["properties"], **self.LATER}, "components": self.spec["components"]}

    KINDS = ("text", "interactive", "template")

    def sent(self) -> list[dict]:
        bodies = [(where, one["request"]) for where, one in rounds("whatsapp", "handovers") if one.get("request", {}).get("body")]
        return [{"about": where, "value": json.loads(request["body"]), "request": request} for where, request in bodies]

    def flaws(self, values: list[dict]) -> dict[str, list[str]]:
        return Ajv.flaws({kind: self.message(kind) for kind in self.KINDS},
                         [{"schema": one["value"]["type"], "about": one["about"], "value": one["value"]} for one in values])

    def test_requests(self) -> None:
        sent = self.sent()
        self.assertEqual({one["value"]["type"] for one in sent}, set(self.KINDS))
        self.assertEqual(self.flaws(sent), {})
        for one in sent:
            path = urlsplit(one["request"]["url"]).path.split("/")
            self.assertEqual([path[1][:1], path[3:]], ["v", ["messages"]], one["about"])
            self.assertEqual(one["request"]["method"], "POST", one["about"])
        self.assertIn("/{Version}/{Phone-Number-ID}/messages", self.spec["paths"])

    def test_components_of_templates(self) -> None:
        kinds = {kind: at.rsplit("/", 1)[1] for kind, at in self.named["TemplateComponent"]["discriminator"]["mapping"].items()}
        parameters = {kind: at.rsplit("/", 1)[1] for of in ("ParameterObject", "ButtonParameterObject")
                      for kind, at in self.named[of]["discriminator"]["mapping"].items()}
        values = []
        for one in self.sent():
            for component in one["value"].get("template", {}).get("components", []):
                values.append({"schema": kinds[component["type"]], "about": one["about"], "value": component})
                button = component["type"] == "button"
                for parameter in component["parameters"]:
                    name = parameters[parameter["type"]] if button or parameter["type"] != "text" else "TextParameter"
                    values.append({"schema": name, "about": one["about"], "value": parameter})
        self.assertLessEqual({"BodyComponent", "ButtonComponent", "TextParameter", "ButtonPayloadParameter"},
                             {value["schema"] for value in values})
        self.assertEqual(Ajv.flaws({value["schema"]: self.schema(value["schema"]) for value in values}, values), {})

    def test_answers_are_the_providers(self) -> None:
        values = []
        for where, one in rounds("whatsapp", "handovers"):
            answer = one.get("answer", {})
            if isinstance(answer.get("body"), dict) and ("messages" in answer["body"] or "code" in answer["body"].get("error", {})):
                schema = "GraphAPIError" if "error" in answer["body"] else "MessageResponsePayload"
                values.append({"schema": schema, "about": where, "value": answer["body"]})
        self.assertEqual({value["schema"] for value in values}, {"GraphAPIError", "MessageResponsePayload"})
        self.assertEqual(Ajv.flaws({name: self.schema(name) for name in ("GraphAPIError", "MessageResponsePayload")}, values), {})

    def test_a_wrong_request_is_seen(self) -> None:
        good = {one["value"]["type"]: one["value"] for one in self.sent()}
        wrong = {"a member nobody declared": {**good["text"], "colour": "red"}, "no recipient": {**good["text"], "to": None},
                 "nobody of that kind": {**good["text"], "recipient_type": "crowd"},
                 "a template without its language": {**good["template"], "template": {"name": "x"}},
                 "an unknown member of the text": {**good["text"], "text": {"body": "x", "size": 2}},
                 "buttons of no sort": {**good["interactive"], "interactive": {"type": "row", "action": {}}}}
        self.assertEqual(set(self.flaws([{"about": about, "value": value} for about, value in wrong.items()])), set(wrong))


if __name__ == "__main__":
    unittest.main(verbosity=2)
