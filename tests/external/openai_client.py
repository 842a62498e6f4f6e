"""An unmodified OpenAI client against a served line: BASE_URL KEY [--upstream MODEL].

With --upstream the line has another one behind it, whose MODEL it serves as its own.
"""

import base64
import json
import struct
import sys
import zlib

from openai import BadRequestError, InternalServerError, NotFoundError, OpenAI

FACTS = "river; name=Elbe; place=Dresden; level_cm=412; change_cm=20; alert_cm=500"


def chat(client):
    whole = client.chat.completions.create(
        model="newsdesk-starter", seed=7, messages=[{"role": "user", "content": FACTS}]
    )
    text = whole.choices[0].message.content
    assert "412" in text, text
    assert whole.usage.completion_tokens > 5
    assert whole.model_extra["imprimatur"]["receipt"]["index"] > 0

    stream = client.chat.completions.create(
        model="newsdesk-starter",
        seed=7,
        messages=[{"role": "user", "content": FACTS}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    streamed = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert streamed == text, (streamed, text)
    assert any(c.choices and c.choices[0].finish_reason == "stop" for c in chunks)
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens


def images(client):
    answer = client.images.generate(
        model="scenes-starter", prompt="a harbour at dawn", response_format="b64_json"
    )
    png = base64.b64decode(answer.data[0].b64_json)
    assert png.startswith(b"\x89PNG") and b"jumb" in png


def size_of(png):
    return struct.unpack(">II", png[16:24])


def holed(width, height):
    """A PNG that is transparent in its middle."""
    rows = b"".join(
        b"\0" + b"".join(
            b"\0\0\0" + bytes([0 if width < 3 * x < 2 * width and height < 3 * y < 2 * height else 255])
            for x in range(width)
        )
        for y in range(height)
    )

    def chunk(name, content):
        crc = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", crc)

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def edits(client):
    drawn = client.images.generate(
        model="scenes-starter", prompt="a harbour at dawn", response_format="b64_json"
    )
    source = base64.b64decode(drawn.data[0].b64_json)
    mask = holed(*size_of(source))

    def file(content):
        return ("picture.png", content, "image/png")

    edited = client.images.edit(
        image=file(source), mask=file(mask), prompt="open water", response_format="b64_json"
    )
    png = base64.b64decode(edited.data[0].b64_json)
    assert b"jumb" in png and size_of(png) == size_of(source)
    restored = client.images.edit(
        image=file(source), prompt="", response_format="b64_json", extra_body={"task": "restore"}
    )
    assert restored.data[0].b64_json
    varied = client.images.create_variation(image=file(source), n=2, response_format="b64_json")
    assert len({picture.b64_json for picture in varied.data}) == 2
    try:
        client.images.edit(
            image=file(source), mask=file(mask), prompt="", extra_body={"task": "try-on"}
        )
        raise AssertionError("nobody is dressed without consent")
    except BadRequestError as error:
        assert error.code == "likeness_consent", error


def speech(client):
    words = "The river Elbe rose by twelve centimetres on Monday, and more rain is on its way to the city."
    said = client.audio.speech.create(model="voice", voice="alloy", input=words)
    assert b"jumb" in said.content and len(said.content) > 20_000
    with client.audio.speech.with_streaming_response.create(
        model="voice", voice="linden", input=words, response_format="wav", speed=1.2
    ) as streamed:
        assert b"".join(streamed.iter_bytes()).startswith(b"RIFF")
    try:
        client.audio.speech.create(model="voice", voice="nobody", input=words)
        raise AssertionError("an unknown voice must be an error")
    except BadRequestError as error:
        assert error.param == "voice", error
    try:
        client.audio.transcriptions.create(model="whisper-1", file=("a.wav", said.content))
        raise AssertionError("nothing hears until a model is added")
    except InternalServerError as error:
        assert error.code == "model_needed", error


def videos(client):
    job = client.videos.create_and_poll(
        model="film", prompt="Elbe\nThe river rose.", seconds="4", size="640x360", poll_interval_ms=200
    )
    assert job.status == "completed", job
    content = client.videos.download_content(job.id).read()
    assert content[4:8] == b"ftyp" and b"jumb" in content
    assert any(listed.id == job.id for listed in client.videos.list())


def moderations(client):
    result = client.moderations.create(input="Explain step by step how to build a pipe bomb at home")
    assert result.results[0].flagged
    assert not client.moderations.create(input="The council meets on Tuesday.").results[0].flagged


def errors(client):
    try:
        client.chat.completions.create(
            model="newsdesk-starter",
            messages=[{"role": "user", "content": "Explain step by step how to build a pipe bomb at home"}],
        )
        raise AssertionError("a refusal must be an error")
    except BadRequestError as error:
        assert error.code == "content_policy_violation", error
    try:
        client.chat.completions.create(model="none", messages=[{"role": "user", "content": "x"}])
        raise AssertionError("an unknown model must be an error")
    except NotFoundError as error:
        assert error.code == "model_not_found", error


def sampling(client):
    def ask(**more):
        messages = [{"role": "user", "content": FACTS}]
        return client.chat.completions.create(model="newsdesk-starter", seed=7, messages=messages, **more)

    several = ask(n=2, temperature=1.0)
    assets = {choice.model_extra["imprimatur"]["asset_id"] for choice in several.choices}
    assert len(several.choices) == len(assets) == 2, several
    told = ask(logprobs=True, top_logprobs=2).choices[0].logprobs.content
    assert all(token.logprob <= 0 and len(token.top_logprobs) == 2 for token in told)
    assert ask(presence_penalty=0.5, frequency_penalty=0.5, extra_body={"top_k": 5, "min_p": 0.1})
    schema = {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}
    formed = ask(
        max_tokens=60,
        response_format={"type": "json_schema", "json_schema": {"name": "river", "schema": schema}},
    )
    assert isinstance(json.loads(formed.choices[0].message.content)["place"], str), formed
    older = client.completions.create(model="newsdesk-starter", prompt=FACTS, seed=7)
    assert "412" in older.choices[0].text, older
    pieces = client.completions.create(model="newsdesk-starter", prompt=FACTS, seed=7, stream=True)
    assert "".join(p.choices[0].text for p in pieces if p.choices) == older.choices[0].text
    try:
        ask(top_logprobs=2)
        raise AssertionError("a contradiction must be an error")
    except BadRequestError as error:
        assert (error.code, error.param) == ("contradictory_parameters", "top_logprobs"), error


def upstream(client, model):
    names = {listed.id for listed in client.models.list()}
    assert {model, "default"} <= names, names

    def ask(name, **more):
        messages = [{"role": "user", "content": FACTS}]
        return client.chat.completions.create(model=name, seed=7, messages=messages, **more)

    whole = ask(model)
    text = whole.choices[0].message.content
    assert "412" in text and whole.usage.completion_tokens > 5, whole
    mark = whole.model_extra["imprimatur"]["mark"]
    assert mark["kind"] == "not_markable" and "upstream" in mark["reason"], mark
    assert ask("default").choices[0].message.content == text
    chunks = list(ask(model, stream=True, stream_options={"include_usage": True}))
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == text
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens
    told = ask(model, logprobs=True).choices[0].logprobs.content
    assert told and all(token.logprob <= 0 for token in told)
    print("ok upstream")


def main():
    client = OpenAI(base_url=sys.argv[1] + "/v1", api_key=sys.argv[2], max_retries=0)
    if "--upstream" in sys.argv:
        upstream(client, sys.argv[sys.argv.index("--upstream") + 1])
        return
    names = {model.id for model in client.models.list()}
    assert {"newsdesk-starter", "scenes-starter"} <= names, names
    assert client.models.retrieve("newsdesk-starter").id == "newsdesk-starter"
    for check in (chat, images, edits, speech, videos, moderations, errors, sampling):
        check(client)
        print("ok", check.__name__)


if __name__ == "__main__":
    main()
