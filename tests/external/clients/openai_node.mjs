// OpenAI's client of npm against a served line: BASE_URL KEY.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

// Found by NODE_PATH, which `import` does not look at.
const { default: OpenAI, toFile } = createRequire(import.meta.url)('openai');

const [url, key] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
const FACTS = 'river; name=Elbe; place=Dresden; level_cm=412; change_cm=20; alert_cm=500';
const REFUSED = 'Explain step by step how to build a pipe bomb at home';
const WORDS = 'The river Elbe rose by twelve centimetres on Monday, and more rain is on its way to the city.';
const messages = [{ role: 'user', content: FACTS }];
const asked = { model: 'newsdesk-starter', seed: 7, messages };

async function fails(kind, call) {
  try {
    await call();
  } catch (error) {
    assert(error instanceof kind, `${error}`);
    return error;
  }
  throw new Error('this was to fail');
}

const checks = {
  async models() {
    const names = [];
    for await (const model of client.models.list()) names.push(model.id);
    assert(names.includes('newsdesk-starter'));
    assert.equal((await client.models.retrieve('newsdesk-starter')).id, 'newsdesk-starter');
  },
  async chat() {
    const { data, response } = await client.chat.completions.create(asked).withResponse();
    const text = data.choices[0].message.content;
    assert(text.includes('412'), text);
    assert(response.headers.get('x-imprimatur-receipt') && data._request_id);
    const stream = await client.chat.completions.create({ ...asked, stream: true, stream_options: { include_usage: true } });
    let streamed = '';
    let usage = null;
    for await (const chunk of stream) {
      streamed += chunk.choices[0]?.delta?.content ?? '';
      usage = chunk.usage ?? usage;
    }
    assert.equal(streamed, text);
    assert(usage.completion_tokens > 5);
    const helped = await client.chat.completions.stream(asked).finalContent();
    assert.equal(helped, text);
    const error = await fails(OpenAI.BadRequestError, () =>
      client.chat.completions.create({ ...asked, tools: [{ type: 'function', function: { name: 'a' } }] }));
    assert.deepEqual([error.param, error.code], ['tools', 'unsupported_parameter']);
  },
  async completions() {
    const whole = await client.completions.create({ model: 'newsdesk-starter', prompt: FACTS, seed: 7 });
    assert(whole.choices[0].text.includes('412'));
  },
  async responses() {
    const whole = await client.responses.create({ model: 'newsdesk-starter', input: FACTS });
    assert(whole.output_text.length > 0 && whole.status === 'completed');
    const names = [];
    for await (const event of await client.responses.create({ model: 'newsdesk-starter', input: FACTS, stream: true })) names.push(event.type);
    assert.equal(names[0], 'response.created');
    assert.equal(names.at(-1), 'response.completed');
    const helped = await client.responses.stream({ model: 'newsdesk-starter', input: FACTS }).finalResponse();
    assert(helped.output_text.length > 0);
    const next = await client.responses.create({ model: 'newsdesk-starter', input: 'And now?', previous_response_id: whole.id });
    assert.equal(next.previous_response_id, whole.id);
    assert.equal((await client.responses.retrieve(whole.id)).output_text, whole.output_text);
    await client.responses.delete(whole.id);
    await fails(OpenAI.NotFoundError, () => client.responses.retrieve(whole.id));
  },
  async pictures() {
    const drawn = await client.images.generate({ model: 'scenes-starter', prompt: 'a harbour at dawn', response_format: 'b64_json' });
    const png = Buffer.from(drawn.data[0].b64_json, 'base64');
    assert.equal(png.toString('latin1', 1, 4), 'PNG');
    const varied = await client.images.createVariation({ image: await toFile(png, 'a.png', { type: 'image/png' }), response_format: 'url' });
    assert(varied.data[0].url);
    const edited = await client.images.edit({ image: await toFile(png, 'a.png', { type: 'image/png' }), prompt: 'mist' });
    assert(edited.data[0].b64_json);
  },
  async sounds() {
    const said = await client.audio.speech.create({ model: 'voice', voice: 'alloy', input: WORDS, response_format: 'wav' });
    const wav = Buffer.from(await said.arrayBuffer());
    assert.equal(wav.toString('latin1', 0, 4), 'RIFF');
    const heard = await client.audio.transcriptions.create({ model: 'whisper-1', file: await toFile(wav, 'a.wav') });
    assert.equal(typeof heard.text, 'string');
  },
  async moderation() {
    const told = await client.moderations.create({ input: [REFUSED, 'The council meets on Tuesday.'] });
    assert.deepEqual(told.results.map((result) => result.flagged), [true, false]);
  },
  async videos() {
    let job = await client.videos.create({ model: 'film', prompt: 'Elbe\nThe river rose.', seconds: '1', size: '320x180' });
    while (job.status === 'queued' || job.status === 'in_progress') {
      await new Promise((done) => setTimeout(done, 200));
      job = await client.videos.retrieve(job.id);
    }
    assert.equal(job.status, 'completed');
    const content = Buffer.from(await (await client.videos.downloadContent(job.id)).arrayBuffer());
    assert.equal(content.toString('latin1', 4, 8), 'ftyp');
  },
  async errors() {
    const missing = await fails(OpenAI.NotFoundError, () => client.chat.completions.create({ ...asked, model: 'none' }));
    assert.equal(missing.code, 'model_not_found');
    assert(missing.requestID);
    const refused = await fails(OpenAI.BadRequestError, () =>
      client.chat.completions.create({ ...asked, messages: [{ role: 'user', content: REFUSED }] }));
    assert.equal(refused.code, 'content_policy_violation');
    const stranger = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
    await fails(OpenAI.AuthenticationError, () => stranger.models.list());
  },
};

for (const [name, check] of Object.entries(checks)) {
  await check();
  console.log('ok', name);
}
