// Measures llama.cpp through node-llama-cpp: node llama_cpp.mjs MODEL THREADS PROMPT DRAWN SHORT
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";
import path from "node:path";

const [model, threads, prompt, drawn, short] = process.argv.slice(2);
// Installed wherever the caller stands.
const require = createRequire(path.join(process.cwd(), "package.json"));
const {getLlama, LlamaLogLevel} = await import(pathToFileURL(require.resolve("node-llama-cpp")));
const llama = await getLlama({gpu: false, build: "never", logLevel: LlamaLogLevel.error, maxThreads: Number(threads)});
const loaded = await llama.loadModel({modelPath: model});
const context = await loaded.createContext({contextSize: 1024, batchSize: 512, threads: Number(threads)});
const sequence = context.getSequence();
const ids = count => Array.from({length: Number(count)}, (_, index) => 10 + index % 200);
const best = {prefill: 0, decode: 0, first: Infinity};
for (let round = 0; round < 4; round++) {
    await sequence.clearHistory();
    let start = performance.now();
    await sequence.evaluateWithoutGeneratingNewTokens(ids(prompt));
    best.prefill = Math.max(best.prefill, Number(prompt) / (performance.now() - start) * 1000);
    let count = 0;
    start = performance.now();
    for await (const _ of sequence.evaluate([7], {temperature: 0, yieldEogToken: true})) {
        if (++count >= Number(drawn)) break;
    }
    best.decode = Math.max(best.decode, count / (performance.now() - start) * 1000);
    await sequence.clearHistory();
    start = performance.now();
    for await (const _ of sequence.evaluate(ids(short), {temperature: 0, yieldEogToken: true})) break;
    best.first = Math.min(best.first, performance.now() - start);
}
console.log(JSON.stringify(best));
process.exit(0);
