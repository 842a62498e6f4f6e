"""One step of a UNet of 80 million parameters, by torch and by ours, on one thread.

python picture_speed.py FOLDER    (diffusers, transformers and torch installed)

FOLDER receives a random model in diffusers' layout. Every side runs in a process of its own; the
best of several rounds counts, in CPU-seconds. Build first:
cargo build --release -p generators --example picture_speed
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
    from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(1)
    unet = UNet2DConditionModel(
        sample_size=32, in_channels=4, out_channels=4, layers_per_block=1,
        block_out_channels=(128, 256, 448, 480), cross_attention_dim=512, attention_head_dim=8,
    )
    print(sum(p.numel() for p in unet.parameters()) / 1e6, "million parameters")
    unet.save_pretrained(f"{folder}/unet")
    AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(64, 128, 256, 256), layers_per_block=1, sample_size=256,
    ).save_pretrained(f"{folder}/vae")
    CLIPTextModel(CLIPTextConfig(
        vocab_size=512, hidden_size=512, intermediate_size=1024, num_hidden_layers=2,
        num_attention_heads=8, max_position_embeddings=77,
    )).save_pretrained(f"{folder}/text_encoder")
    DDIMScheduler().save_config(f"{folder}/scheduler")


def theirs(folder):
    import torch
    from diffusers import UNet2DConditionModel

    torch.set_num_threads(1)
    unet = UNet2DConditionModel.from_pretrained(f"{folder}/unet", torch_dtype=torch.float32).eval()
    sample, text = torch.randn(2, 4, 32, 32), torch.randn(2, 77, 512)
    best = float("inf")
    with torch.no_grad():
        for _ in range(ROUNDS):
            before = time.process_time()
            unet(sample, 500, text)
            best = min(best, time.process_time() - before)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": best, "peak_mib": peak}))


def last_line(command):
    environment = dict(os.environ, OMP_NUM_THREADS="1", RAYON_NUM_THREADS="1")
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return json.loads(run.stdout.strip().splitlines()[-1])


def main():
    folder = sys.argv[1]
    if sys.argv[2:] == ["--theirs"]:
        return theirs(folder)
    if not os.path.exists(f"{folder}/scheduler"):
        make(folder)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(HERE, "../../target"))
    program = os.path.join(target, "release/examples/picture_speed")
    torch = last_line([sys.executable, __file__, folder, "--theirs"])
    ours = last_line([program, folder])
    print(f"torch  {torch['seconds']:.3f} CPU-seconds a step, {torch['peak_mib']} MiB at most")
    print(f"ours   {ours['seconds']:.3f} CPU-seconds a step, {ours['peak_mib']} MiB at most")
    print(f"ratio  {ours['seconds'] / torch['seconds']:.2f}")


main()
