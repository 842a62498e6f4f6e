"""A window of 30 seconds by transformers' Whisper and by ours, on one thread.

python hearing_speed.py FOLDER    (transformers and torch installed)

FOLDER receives a random network with whisper-tiny's published shape. Both sides make the spectra,
encode and write 100 tokens one by one with a cache; every side runs in a process of its own, and the
best of several rounds counts, in CPU-seconds. Build first:
cargo build --release -p generators --example hearing_speed
"""

import json
import os
import resource
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = 5


def make(folder):
    import torch
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    torch.manual_seed(1)
    shape = WhisperConfig(
        vocab_size=51865, d_model=384, encoder_layers=4, decoder_layers=4,
        encoder_attention_heads=6, decoder_attention_heads=6, encoder_ffn_dim=1536,
        decoder_ffn_dim=1536, suppress_tokens=None, begin_suppress_tokens=None,
    )
    network = WhisperForConditionalGeneration(shape)
    print(sum(p.numel() for p in network.parameters()) / 1e6, "million parameters")
    network.save_pretrained(folder)


def theirs(folder):
    import numpy
    import torch
    from transformers import WhisperFeatureExtractor, WhisperForConditionalGeneration

    torch.set_num_threads(1)
    network = WhisperForConditionalGeneration.from_pretrained(folder).eval()
    front = WhisperFeatureExtractor()
    sound = (0.3 * numpy.sin(numpy.arange(480000) * 0.07)).astype(numpy.float32)
    best = [float("inf")] * 4
    with torch.no_grad():
        for _ in range(ROUNDS):
            times = [time.process_time()]
            picture = front(sound, sampling_rate=16000, return_tensors="pt").input_features
            times.append(time.process_time())
            encoded = network.model.encoder(picture)
            times.append(time.process_time())
            token, cache = torch.tensor([[1]]), None
            for _ in range(100):
                step = network(encoder_outputs=encoded, decoder_input_ids=token,
                               past_key_values=cache, use_cache=True)
                token, cache = step.logits[:, -1:].argmax(-1), step.past_key_values
            times.append(time.process_time())
            parts = [times[3] - times[0]] + [times[index + 1] - times[index] for index in range(3)]
            best = [min(pair) for pair in zip(best, parts)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    names = ["seconds", "front", "encoder", "decoder"]
    print(json.dumps(dict(zip(names, best), peak_mib=peak)))


def last_line(command):
    environment = dict(os.environ, OMP_NUM_THREADS="1", RAYON_NUM_THREADS="1")
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return json.loads(run.stdout.strip().splitlines()[-1])


def main():
    folder = sys.argv[1]
    if sys.argv[2:] == ["--theirs"]:
        return theirs(folder)
    if not os.path.exists(f"{folder}/config.json"):
        make(folder)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(HERE, "../../target"))
    program = os.path.join(target, os.environ.get("PROFILE", "release"), "examples/hearing_speed")
    torch = last_line([sys.executable, __file__, folder, "--theirs"])
    ours = last_line([program, folder])
    for side, found in (("transformers", torch), ("ours", ours)):
        parts = ", ".join(f"{name} {found[name]:.3f}" for name in ("front", "encoder", "decoder"))
        print(f"{side:13} {found['seconds']:.3f} CPU-seconds ({parts}), {found['peak_mib']} MiB at most")
    print(f"ratio         {ours['seconds'] / torch['seconds']:.2f}")
    print(f"real-time factor of ours on one thread {ours['seconds'] / 30:.4f}")


main()
