"""Asks for the tools through the protocol's official client: every tool once, and what must fail.

Usage: assistant.py PROGRAM [ARGUMENT...], such as: assistant.py target/release/cairn --index DIR
   or: assistant.py ADDRESS, such as: assistant.py http://127.0.0.1:7878/mcp
The index may be Cairn's own notes alone.
"""

import asyncio
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

TOOLS = {"search", "get_section", "topic", "related_topics", "learning_path", "case_guide", "resources"}


async def answered(session, name, arguments):
    """The structured answer of a tool, which must be its text as well."""
    result = await session.call_tool(name, arguments)
    assert not result.is_error, (name, result.content)
    assert result.structured_content, name
    assert result.content and result.content[0].text.startswith("{"), name
    return result.structured_content


async def refused(session, name, arguments, word):
    """What a tool says to a question that makes no sense: an error that names the thing."""
    result = await session.call_tool(name, arguments)
    assert result.is_error and word in result.content[0].text, (name, result)


def connection():
    """The connection to the server that the arguments name."""
    if sys.argv[1].startswith("http"):
        return streamable_http_client(sys.argv[1])
    return stdio_client(StdioServerParameters(command=sys.argv[1], args=[*sys.argv[2:], "mcp"]))


async def main():
    async with connection() as (read, write, *_), ClientSession(read, write) as session:
        greeting = await session.initialize()
        assert greeting.server_info.name == "cairn", greeting
        listed = (await session.list_tools()).tools
        assert {tool.name for tool in listed} == TOOLS, listed
        assert all(tool.description and tool.output_schema for tool in listed), listed

        found = await answered(session, "search", {"query": "position bias", "limit": 3})
        assert 1 <= len(found["hits"]) <= 3
        hit = found["hits"][0]
        assert hit["source"] and hit["url"] and "licence" in hit, hit
        section = await answered(session, "get_section", {"id": hit["id"]})
        assert section["section"]["id"] == hit["id"]
        topic = await answered(session, "topic", {"id": "CTR"})
        assert topic["topic"]["id"] == "click-through-rate"
        related = await answered(session, "related_topics", {"topic": "position bias", "limit": 4})
        assert len(related["related"]) == 4
        learn = await answered(session, "learning_path", {"topic": "calibration"})
        assert learn["order"][-1]["id"] == "calibration"
        case = await answered(session, "case_guide", {"case": "design video recommendation"})
        assert len(case["steps"]) == 8
        assert isinstance((await answered(session, "resources", {}))["resources"], list)
        brief = await answered(session, "case_guide", {"case": "video recommendation", "brief": True})
        assert len(str(brief)) < len(str(case)), brief

        await refused(session, "get_section", {"id": "zz"}, "zz")
        await refused(session, "topic", {"id": "quokka"}, "quokka")
        await refused(session, "resources", {"topic": "quokka"}, "quokka")
        print(f"{len(TOOLS)} tools answered")


asyncio.run(main())
