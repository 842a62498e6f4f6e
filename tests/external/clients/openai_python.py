"""OpenAI's Python client, beyond what ../openai_client.py asks: BASE_URL KEY ANOTHER_KEY."""

import base64
import io
import json
import sys
import time
import wave

from asking import FACTS, IMAGE_MODEL, REFUSED, TEXT_MODEL, TOOL, WORDS, fails, key, run, url
from openai import APITimeoutError, AsyncOpenAI, AuthenticationError, BadRequestError, NotFoundError, OpenAI

try:
    import httpx2 as httpx
except ImportError:
    # The client's second major version stands on its predecessor.
    import httpx

client = OpenAI(base_url=url(), api_key=key(), max_retries=0)
MESSAGES = [{"role": "user", "content": FACTS}]


def ask(**more):
    return client.chat.completions.create(**{"model": TEXT_MODEL, "seed": 7, "messages": MESSAGES, **more})


def answer(**more):
    return client.responses.create(**{"model": TEXT_MODEL, "input": FACTS, "extra_body": {"seed": 7}, **more})


def chat_takes_every_form_of_message():
    parts = [{"type": "text", "text": FACTS}]
    whole = ask(messages=[{"role": "developer", "content": "Be brief."}, {"role": "user", "content": parts}])
    assert whole.choices[0].message.content
    harmless = ask(
        user="ada", metadata={"desk": "city"}, store=False, service_tier="auto", prompt_cache_key="a",
        parallel_tool_calls=False, safety_identifier="x", tool_choice="none", modalities=["text"],
    )
    assert "412" in harmless.choices[0].message.content
    with client.chat.completions.stream(model=TEXT_MODEL, messages=MESSAGES, seed=7) as stream:
        text = "".join(event.delta for event in stream if event.type == "content.delta")
        assert text == stream.get_final_completion().choices[0].message.content
    stopped = ask(stop=["412"])
    assert "412" not in stopped.choices[0].message.content


def what_is_not_served_is_refused_by_name():
    picture = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]
    for change, param in [
        ({"tools": [TOOL]}, "tools"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"functions": [TOOL["function"]]}, "functions"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"reasoning_effort": "high"}, "reasoning_effort"),
        ({"web_search_options": {"search_context_size": "low"}}, "web_search_options"),
        ({"verbosity": "low"}, "verbosity"),
        ({"extra_body": {"guided_choice": ["a"]}}, "guided_choice"),
        ({"messages": [{"role": "user", "content": picture}]}, "messages"),
        ({"messages": [{"role": "tool", "content": "x", "tool_call_id": "a"}]}, "messages"),
    ]:
        error = fails(BadRequestError, lambda change=change: ask(**change))
        assert (error.param, error.code) == (param, "unsupported_parameter"), error
    for change, param in [
        ({"max_tokens": 5, "max_completion_tokens": 6}, "max_tokens"),
        ({"top_logprobs": 2}, "top_logprobs"),
    ]:
        error = fails(BadRequestError, lambda change=change: ask(**change))
        assert (error.param, error.code) == (param, "contradictory_parameters"), error
    assert fails(BadRequestError, lambda: ask(stop=list("abcde"))).param == "stop"


def errors_are_typed():
    error = fails(NotFoundError, lambda: ask(model="none"))
    assert (error.code, error.param) == ("model_not_found", "model"), error
    assert error.request_id, error.response.headers
    stranger = OpenAI(base_url=url(), api_key="imp_none", max_retries=0)
    assert fails(AuthenticationError, stranger.models.list).code == "invalid_api_key"
    refused = fails(BadRequestError, lambda: ask(messages=[{"role": "user", "content": REFUSED}]))
    assert refused.code == "content_policy_violation", refused
    assert int(refused.response.headers["x-imprimatur-receipt"]) > 0
    hasty = client.with_options(timeout=0.01)
    fails(APITimeoutError, lambda: hasty.images.generate(prompt="a harbour", model=IMAGE_MODEL))


def headers_name_request_and_asset():
    raw = client.chat.completions.with_raw_response.create(
        model=TEXT_MODEL, messages=MESSAGES, seed=7, extra_headers={"X-Client-Request-Id": "mine-1"}
    )
    assert raw.headers["x-client-request-id"] == "mine-1"
    told = raw.parse()
    assert raw.headers["x-imprimatur-asset"] == told.model_extra["imprimatur"]["asset_id"]
    assert told._request_id == raw.headers["x-request-id"]
    assert client.models.with_raw_response.list().headers["x-request-id"]


def a_request_is_handled_once():
    def once(name, **more):
        return client.chat.completions.with_raw_response.create(
            model=TEXT_MODEL, messages=MESSAGES, temperature=1, extra_headers={"Idempotency-Key": name}, **more
        )

    first, again = once("chat"), once("chat")
    assert first.text == again.text and again.headers["idempotent-replayed"] == "true"

    def streamed(name):
        stream = client.responses.create(
            model=TEXT_MODEL, input=FACTS, stream=True, extra_headers={"Idempotency-Key": name}
        )
        return [event.response for event in stream if event.type == "response.completed"][0]

    first, again = streamed("responses"), streamed("responses")
    assert first.id == again.id and first.output_text == again.output_text != ""
    whole = [answer(extra_headers={"Idempotency-Key": "whole"}) for _ in range(2)]
    assert whole[0].id == whole[1].id and whole[0].output_text == whole[1].output_text != ""


def retries_wait_as_long_as_they_are_told():
    """The first answer is a 503 with Retry-After, as this server gives one; the second is real."""
    asked = []

    class Once(httpx.HTTPTransport):
        def handle_request(self, request):
            asked.append(time.monotonic())
            if len(asked) == 1:
                body = {"error": {"message": "busy", "type": "server_error", "param": None, "code": "busy"}}
                return httpx.Response(503, headers={"retry-after": "1"}, json=body)
            return super().handle_request(request)

    patient = OpenAI(
        base_url=url(), api_key=key(), max_retries=2, http_client=httpx.Client(transport=Once())
    )
    assert patient.models.list().data
    assert len(asked) == 2 and 0.9 < asked[1] - asked[0] < 5, asked


def responses_are_whole():
    whole = answer()
    assert "412" in whole.output_text and whole.status == "completed", whole
    assert whole.usage.output_tokens > 5 and whole.usage.total_tokens > whole.usage.output_tokens
    assert whole.output[0].role == "assistant" and whole.id.startswith("resp_")
    assert whole.model_extra["imprimatur"]["receipt"]["index"] > 0
    assert whole.output_text == ask().choices[0].message.content
    cut = answer(max_output_tokens=3)
    assert (cut.status, cut.incomplete_details.reason) == ("incomplete", "max_output_tokens"), cut
    told = answer(include=["message.output_text.logprobs"], top_logprobs=2)
    assert all(len(token.top_logprobs) == 2 for token in told.output[0].content[0].logprobs)
    schema = {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}
    shape = {"format": {"type": "json_schema", "name": "river", "schema": schema}}
    formed = answer(text=shape, max_output_tokens=60)
    assert isinstance(json.loads(formed.output_text)["place"], str), formed
    noted = answer(metadata={"desk": "city"}, instructions="Be brief.", temperature=0.2)
    assert (noted.metadata, noted.instructions, noted.temperature) == ({"desk": "city"}, "Be brief.", 0.2)


def responses_come_as_events():
    events = list(answer(stream=True))
    names = [event.type for event in events]
    assert names[:4] == [
        "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
    ], names
    assert names[-4:] == [
        "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed",
    ], names
    assert set(names[4:-4]) == {"response.output_text.delta"}, names
    assert [event.sequence_number for event in events] == list(range(len(events)))
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    final = events[-1].response
    assert text == final.output_text == answer().output_text and final.usage.output_tokens > 5
    with client.responses.stream(model=TEXT_MODEL, input=FACTS, extra_body={"seed": 7}) as stream:
        for _ in stream:
            pass
        assert stream.get_final_response().output_text == text


def responses_go_on():
    first = answer(metadata={"turn": "1"})
    kept = client.responses.retrieve(first.id)
    assert kept.output_text == first.output_text and kept.metadata == {"turn": "1"}, kept
    items = client.responses.input_items.list(first.id)
    assert [item.content[0].text for item in items] == [FACTS], items
    second = answer(input="And now?", previous_response_id=first.id)
    assert second.previous_response_id == first.id and second.output_text, second
    several = [{"role": "user", "content": name} for name in ("a", "b", "c")]
    third = answer(input=[*several, {"role": "user", "content": FACTS}])
    pages = list(client.responses.input_items.list(third.id, limit=2, order="asc"))
    assert [page.content[0].text for page in pages] == ["a", "b", "c", FACTS], pages
    client.responses.delete(first.id)
    assert fails(NotFoundError, lambda: client.responses.retrieve(first.id)).code == "response_not_found"
    gone = fails(NotFoundError, lambda: answer(previous_response_id=first.id))
    assert gone.param == "previous_response_id", gone
    unkept = answer(store=False)
    fails(NotFoundError, lambda: client.responses.retrieve(unkept.id))
    other = OpenAI(base_url=url(), api_key=sys.argv[3], max_retries=0)
    fails(NotFoundError, lambda: other.responses.retrieve(second.id))


def responses_run_in_the_background():
    job = answer(background=True)
    assert job.status == "queued", job
    for _ in range(100):
        job = client.responses.retrieve(job.id)
        if job.status not in ("queued", "in_progress"):
            break
        time.sleep(0.1)
    assert job.status == "completed" and "412" in job.output_text, job
    assert client.responses.cancel(job.id).status == "completed"
    whole = answer()
    assert fails(BadRequestError, lambda: client.responses.cancel(whole.id)).param == "id"


def responses_are_refused_in_words():
    refused = fails(BadRequestError, lambda: answer(input=REFUSED))
    assert refused.code == "content_policy_violation", refused
    for change, param in [
        ({"tools": [{"type": "web_search"}]}, "tools"),
        ({"reasoning": {"effort": "low"}}, "reasoning"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]}, "input"),
        ({"truncation": "auto"}, "truncation"),
    ]:
        error = fails(BadRequestError, lambda change=change: answer(**change))
        assert (error.param, error.code) == (param, "unsupported_parameter"), error


def pictures_come_as_bytes_and_as_addresses():
    drawn = client.images.generate(
        model=IMAGE_MODEL, prompt="a harbour at dawn", response_format="url", n=2, quality="standard", user="ada"
    )
    assert len({picture.url for picture in drawn.data}) == 2
    png = httpx.get(httpx.URL(url()).join(drawn.data[0].url), headers={"authorization": f"Bearer {key()}"})
    assert png.content.startswith(b"\x89PNG"), drawn.data[0].url
    varied = client.images.create_variation(image=("a.png", png.content), response_format="url")
    assert varied.data[0].url
    edited = client.images.edit(image=("a.png", png.content), prompt="", extra_body={"task": "restore"})
    assert base64.b64decode(edited.data[0].b64_json).startswith(b"\x89PNG")
    error = fails(BadRequestError, lambda: client.images.generate(prompt="x", background="transparent"))
    assert error.param == "background", error


def sounds_are_said_and_heard():
    said = client.audio.speech.create(model="voice", voice="alloy", input=WORDS, response_format="wav")
    assert wave.open(io.BytesIO(said.content)).getnframes() > 10_000
    with client.audio.speech.with_streaming_response.create(
        model="voice", voice="alloy", input=WORDS, stream_format="sse"
    ) as streamed:
        lines = [line for line in streamed.iter_lines() if line.startswith("data: ")]
    assert json.loads(lines[-1][6:])["type"] == "speech.audio.done"
    fails(BadRequestError, lambda: client.audio.speech.create(model="voice", voice="alloy", input=WORDS, instructions="sadly"))
    heard = client.audio.transcriptions.create(model="whisper-1", file=("a.wav", said.content))
    assert isinstance(heard.text, str)
    told = client.audio.transcriptions.create(
        model="whisper-1", file=("a.wav", said.content), response_format="verbose_json",
        timestamp_granularities=["segment", "word"],
    )
    assert told.duration > 2 and told.segments is not None
    assert isinstance(client.audio.translations.create(model="whisper-1", file=("a.wav", said.content)).text, str)


def texts_are_judged():
    several = client.moderations.create(input=[REFUSED, "The council meets on Tuesday."])
    assert [result.flagged for result in several.results] == [True, False]
    parts = [{"type": "text", "text": REFUSED}]
    assert client.moderations.create(model="omni-moderation-latest", input=parts).results[0].flagged


def lists_have_pages():
    jobs = [
        client.videos.create(model="film", prompt="Elbe", seconds="1", size="320x180") for _ in range(3)
    ]
    pages = list(client.videos.list(limit=1))
    assert [job.id for job in pages[:3]] == [job.id for job in reversed(jobs)]
    for job in jobs:
        assert client.videos.poll(job.id, poll_interval_ms=200).status == "completed"

    def assets(**query):
        return client.get("/assets", cast_to=object, options={"params": query})

    first = assets(limit=2)
    assert len(first["data"]) == 2 and first["has_more"], first
    second = assets(limit=2, after=first["last_id"])
    told = [asset["id"] for page in (first, second) for asset in page["data"]]
    assert len(set(told)) == 4, told
    oldest = assets(limit=100, order="asc")
    assert oldest["data"][0]["created_at"] <= oldest["data"][-1]["created_at"]
    assert fails(BadRequestError, lambda: assets(limit=0)).param == "limit"


def the_same_works_without_waiting():
    import asyncio

    async def several():
        patient = AsyncOpenAI(base_url=url(), api_key=key(), max_retries=0)
        asked = [patient.chat.completions.create(model=TEXT_MODEL, messages=MESSAGES, seed=7) for _ in range(4)]
        return await asyncio.gather(*asked)

    texts = {told.choices[0].message.content for told in asyncio.run(several())}
    assert len(texts) == 1, texts


run(
    chat_takes_every_form_of_message, what_is_not_served_is_refused_by_name, errors_are_typed,
    headers_name_request_and_asset, a_request_is_handled_once, retries_wait_as_long_as_they_are_told,
    responses_are_whole, responses_come_as_events, responses_go_on, responses_run_in_the_background,
    responses_are_refused_in_words, pictures_come_as_bytes_and_as_addresses, sounds_are_said_and_heard,
    texts_are_judged, lists_have_pages, the_same_works_without_waiting,
)
