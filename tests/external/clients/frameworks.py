"""Frameworks over OpenAI's protocol, as their users have them: only address, key and model are given."""

import asyncio
import base64
import os
import subprocess
import sys
import tempfile

from asking import FACTS, IMAGE_MODEL, REFUSED, TEXT_MODEL, TOOL, WORDS, fails, key, run, url
from pydantic import BaseModel

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["OPENAI_API_KEY"] = key()
os.environ["OPENAI_BASE_URL"] = url()
MESSAGES = [{"role": "user", "content": FACTS}]


class River(BaseModel):
    """What is told of a river."""

    place: str
    level: int


def langchain():
    from langchain_openai import ChatOpenAI, OpenAI
    from openai import BadRequestError

    model = ChatOpenAI(model=TEXT_MODEL, base_url=url(), api_key=key(), seed=7, max_retries=0)
    whole = model.invoke(FACTS)
    assert "412" in whole.content and whole.usage_metadata["output_tokens"] > 5, whole
    pieces = list(model.stream([("system", "Be brief."), ("human", FACTS)], stream_usage=True))
    assert len(pieces) > 3 and any(piece.usage_metadata for piece in pieces), pieces
    assert "412" in asyncio.run(model.ainvoke(FACTS)).content
    assert len(model.batch([FACTS, FACTS])) == 2
    formed = model.with_structured_output(River, method="json_schema").invoke(FACTS)
    assert isinstance(formed, River), formed
    assert fails(BadRequestError, lambda: model.bind_tools([TOOL]).invoke(FACTS)).param == "tools"
    assert fails(BadRequestError, lambda: model.invoke(REFUSED)).code == "content_policy_violation"
    newer = ChatOpenAI(model=TEXT_MODEL, base_url=url(), api_key=key(), use_responses_api=True)
    assert newer.invoke(FACTS).text, newer.invoke(FACTS)
    assert "".join(piece.text for piece in newer.stream(FACTS))
    older = OpenAI(model=TEXT_MODEL, base_url=url(), api_key=key(), seed=7)
    assert "412" in older.invoke(FACTS)


def llama_index():
    from llama_index.core.llms import ChatMessage
    from llama_index.llms.openai_like import OpenAILike

    model = OpenAILike(model=TEXT_MODEL, api_base=url(), api_key=key(), is_chat_model=True, max_retries=0)
    told = model.chat([ChatMessage(role="user", content=FACTS)])
    assert told.message.content
    pieces = list(model.stream_chat([ChatMessage(role="user", content=FACTS)]))
    assert len(pieces) > 3 and pieces[-1].message.content
    older = OpenAILike(model=TEXT_MODEL, api_base=url(), api_key=key(), is_chat_model=False, max_retries=0)
    assert older.complete(FACTS).text
    assert list(older.stream_complete(FACTS))[-1].text


def litellm():
    import litellm

    where = {"api_base": url(), "api_key": key(), "num_retries": 0}
    model = f"openai/{TEXT_MODEL}"
    whole = litellm.completion(model=model, messages=MESSAGES, seed=7, **where)
    assert "412" in whole.choices[0].message.content and whole.usage.completion_tokens > 5
    pieces = list(litellm.completion(model=model, messages=MESSAGES, stream=True, stream_options={"include_usage": True}, **where))
    assert "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
    assert litellm.text_completion(model=f"text-completion-openai/{TEXT_MODEL}", prompt=FACTS, **where).choices[0].text
    assert litellm.responses(model=model, input=FACTS, **where).output[0].content[0].text
    drawn = litellm.image_generation(model=f"openai/{IMAGE_MODEL}", prompt="a harbour", **where)
    assert base64.b64decode(drawn.data[0].b64_json).startswith(b"\x89PNG")
    said = litellm.speech(model="openai/voice", voice="alloy", input=WORDS, **where)
    assert len(said.content) > 10_000
    assert litellm.moderation(input=REFUSED, model="omni-moderation-latest", **where).results[0].flagged
    refused = lambda: litellm.completion(model=model, messages=[{"role": "user", "content": REFUSED}], **where)
    fails(litellm.BadRequestError, refused)
    fails(litellm.NotFoundError, lambda: litellm.completion(model="openai/none", messages=MESSAGES, **where))


def instructor():
    import instructor
    from openai import OpenAI

    client = OpenAI(base_url=url(), api_key=key(), max_retries=0)
    for mode in (instructor.Mode.JSON_SCHEMA,):
        wrapped = instructor.from_openai(client, mode=mode)
        formed = wrapped.chat.completions.create(
            model=TEXT_MODEL, messages=MESSAGES, response_model=River, max_retries=1, max_tokens=200
        )
        assert isinstance(formed, River), formed


def pydantic_ai():
    from pydantic_ai import Agent, NativeOutput
    from pydantic_ai.exceptions import ModelHTTPError
    from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
    from pydantic_ai.providers.openai import OpenAIProvider

    provider = OpenAIProvider(base_url=url(), api_key=key())
    for kind in (OpenAIChatModel, OpenAIResponsesModel):
        model = kind(TEXT_MODEL, provider=provider)
        told = Agent(model, instructions="Be brief.").run_sync(FACTS)
        assert told.output, told

        async def streamed(model=model):
            async with Agent(model).run_stream(FACTS) as stream:
                return [piece async for piece in stream.stream_text(delta=True)]

        assert "".join(asyncio.run(streamed()))
        formed = Agent(model, output_type=NativeOutput(River)).run_sync(FACTS).output
        assert isinstance(formed, River), formed
        told = Agent(model).run_sync("And now?", message_history=told.all_messages())
        assert told.output
    error = fails(ModelHTTPError, lambda: Agent(model).run_sync(REFUSED))
    assert error.status_code == 400, error


def openai_agents():
    from agents import Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel, Runner, set_tracing_disabled
    from openai import AsyncOpenAI

    set_tracing_disabled(True)
    client = AsyncOpenAI(base_url=url(), api_key=key(), max_retries=0)

    async def both():
        for kind in (OpenAIResponsesModel, OpenAIChatCompletionsModel):
            agent = Agent(name="Desk", instructions="Be brief.", model=kind(model=TEXT_MODEL, openai_client=client))
            told = await Runner.run(agent, FACTS)
            assert told.final_output, told
            again = await Runner.run(agent, [*told.to_input_list(), {"role": "user", "content": "And now?"}])
            assert again.final_output
            streamed = Runner.run_streamed(agent, FACTS)
            names = [event.type async for event in streamed.stream_events()]
            assert "raw_response_event" in names and streamed.final_output, names

    asyncio.run(both())


def llm():
    """The command line `llm`, with the address in its file of models."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "extra-openai-models.yaml"), "w") as file:
            file.write(f"- model_id: desk\n  model_name: {TEXT_MODEL}\n  api_base: {url()}\n  api_key_name: desk\n")
        with open(os.path.join(folder, "keys.json"), "w") as file:
            file.write('{"desk": "%s"}' % key())
        env = {**os.environ, "LLM_USER_PATH": folder}
        program = os.path.join(os.path.dirname(sys.executable), "llm")
        for more in ([], ["--no-stream"]):
            told = subprocess.run([program, "-m", "desk", *more, FACTS], env=env, capture_output=True, text=True)
            assert told.returncode == 0 and told.stdout.strip(), told


CHECKS = [langchain, llama_index, litellm, instructor, pydantic_ai, openai_agents, llm]
wanted = sys.argv[3:]
run(*[check for check in CHECKS if not wanted or check.__name__ in wanted])
