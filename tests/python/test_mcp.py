"""The MCP server, used by a client that others wrote, over standard input and output.

    test_mcp.py PROGRAM

Each test starts `PROGRAM mcp` on a state directory of its own and demands at the end that the
server exited with code 0 by itself. Nothing is simulated: the scheduler's wasm runs in the network
that the program embeds. The last line is in the form of cargo's tests, so that they can be summed.
"""

import sys
import unittest
from typing import Any

import jsonschema
import test_mcp_serving
from mcp import Client
from support import DETAILED, MODES, call, every_two_seconds, first_completed, instant, refusal, run, server

METHODS = {
    "create_task",
    "get_task",
    "update_task",
    "delete_task",
    "get_my_tasks",
    "run_task_now",
    "pause_task",
    "resume_task",
    "get_task_executions",
    "preview_schedule",
    "get_stats",
}
# Key words that some clients cannot read at the root of a schema, or at all.
ROOT_FORBIDDEN = {"oneOf", "anyOf", "allOf", "$ref"}


class Tools(unittest.IsolatedAsyncioTestCase):
    """What the server offers."""

    async def test_should_offer_every_method_with_schemas_that_clients_can_read(self) -> None:
        async with server() as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        self.assertLessEqual(METHODS, tools.keys())
        for tool in tools.values():
            with self.subTest(tool=tool.name):
                self.check(tool)

    def check(self, tool: Any) -> None:
        schema = tool.input_schema
        jsonschema.Draft202012Validator.check_schema(schema)
        self.assertEqual(schema["type"], "object")
        self.assertFalse(ROOT_FORBIDDEN & schema.keys())
        self.assertNotIn('"$ref"', str(schema).replace("'", '"'))
        self.assertTrue(tool.description)
        self.assertTrue(tool.title or tool.annotations.title)
        hints = tool.annotations
        self.assertTrue(hints.read_only_hint is not None or hints.destructive_hint is not None)

    async def test_should_list_the_same_tools_in_the_same_order_to_everybody(self) -> None:
        lists = []
        for mode in MODES:
            async with server(mode) as client:
                lists.append([tool.name for tool in (await client.list_tools()).tools])
        self.assertEqual(lists[0], lists[1])

    async def test_should_describe_the_request_that_it_accepts(self) -> None:
        async with server() as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        schema = tools["create_task"].input_schema
        jsonschema.validate(every_two_seconds("x"), schema)
        with self.assertRaises(jsonschema.ValidationError):
            jsonschema.validate({"name": "x"}, schema)


class Life(unittest.IsolatedAsyncioTestCase):
    """A task from beginning to end."""

    async def test_should_make_run_show_and_remove_a_task(self) -> None:
        for mode in MODES:
            with self.subTest(mode=mode):
                async with server(mode) as client:
                    await self.live(client)

    async def live(self, client: Client) -> None:
        made = await call(client, "create_task", every_two_seconds("draws"))
        task = await call(client, "get_task", {"task_id": made["id"]} | DETAILED)
        self.assertIsInstance(task["id"], str)
        self.assertGreater(instant(task["next_run_at"]), instant(task["created_at"]))
        self.assertEqual(task["schedules"][0]["timezone"], "UTC")

        execution = await first_completed(client, task["id"])
        self.assertEqual(execution["task_id"], task["id"])
        self.assertEqual(execution["status"], "completed")
        self.assertEqual([attempt["step"] for attempt in execution["attempts"]], [0, 1])
        self.assertIn("a step", [entry["message"] for entry in execution["logs"]])
        self.assertIn("blob", execution["result"])
        self.assertGreaterEqual(instant(execution["finished_at"]), instant(execution["started_at"]))

        mine = await call(client, "get_my_tasks", {})
        self.assertEqual([listed["id"] for listed in mine["tasks"]], [task["id"]])
        removed = await call(client, "delete_task", {"task_id": task["id"], "confirm": True})
        self.assertEqual(removed["task_id"], task["id"])
        error = await refusal(client, "get_task", {"task_id": task["id"]})
        self.assertEqual(error["kind"], "not_found")


class Refusals(unittest.IsolatedAsyncioTestCase):
    """Errors that a program can act on."""

    async def test_should_name_the_field_at_fault(self) -> None:
        cases = [
            ({"daily": {"hour": 25}}, "schedules[0].rule.daily.hour"),
            ({"interval": {"repeat_every_seconds": "0s"}}, "schedules[0].rule.interval.repeat_every_seconds"),
            ({"cron": {"expression": "61 * * * *"}}, "schedules[0].rule.cron.expression"),
        ]
        async with server() as client:
            for rule, field in cases:
                with self.subTest(rule=rule):
                    request = every_two_seconds("bad") | {"schedules": [{"rule": rule}]}
                    error = await refusal(client, "create_task", request)
                    self.assertEqual(error["kind"], "invalid_argument")
                    self.assertEqual(error["field"], field)
                    self.assertTrue(error["rule"] and error["fix"])
            self.assertEqual((await call(client, "get_my_tasks", {}))["tasks"], [])

    async def test_should_not_guess_what_an_unknown_field_means(self) -> None:
        async with server() as client:
            request = every_two_seconds("bad") | {"repeat": 5}
            error = await refusal(client, "create_task", request)
            self.assertEqual(error["field"], "repeat")


class State(unittest.IsolatedAsyncioTestCase):
    """What stays."""

    async def test_should_make_one_task_for_one_key(self) -> None:
        request = every_two_seconds("once only") | {"idempotency_key": "k"}
        async with server() as client:
            first = await call(client, "create_task", request)
            second = await call(client, "create_task", request)
            self.assertEqual(first["id"], second["id"])
            self.assertEqual((await call(client, "get_my_tasks", {}))["total_tasks"], 1)


if __name__ == "__main__":
    sys.exit(run([sys.modules[__name__], test_mcp_serving]))
