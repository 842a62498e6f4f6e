"""Tiny picture models with random weights and what `diffusers` makes of them.

python make_diffusion.py FOLDER [SEED]    (diffusers 0.42, transformers 5.23, torch 2.15)

sd21: SD 2.1's manner (v_prediction, linear projections, heads by level, gelu, one more group size,
tensors without `text_model.`); sdxl: SDXL's manner (two text encoders, one with the old prefix, added conditions,
several transformer blocks, Euler); turbo: SDXL without guidance, by UniPC. Each has `lora/`, merged
into the golden values: kohya's keys in sd21, peft's in sdxl.
"""

import json
import os
import sys

import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    EulerDiscreteScheduler,
    UNet2DConditionModel,
    UniPCMultistepScheduler,
)
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

torch.set_num_threads(1)
TOP = sys.argv[1]
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 5
HALF = torch.float16


def halved(model):
    """Weights that 16 bits hold, so that files are small and numbers the same."""
    for parameter in model.parameters():
        # Random layers alone shrink everything: norms and biases must count too.
        if parameter.dim() == 1:
            parameter.data += 0.1 * torch.randn_like(parameter.data)
        parameter.data = parameter.data.half().float()
    return model.eval()


def saved(model, folder):
    model.half().save_pretrained(folder)
    return model.float()


def prefixed(folder, old):
    """Names of the text encoder with `text_model.` (transformers 4) or without it (5)."""
    path = f"{folder}/model.safetensors"
    tensors = load_file(path)
    plain = {name.removeprefix("text_model."): tensor for name, tensor in tensors.items()}
    if old:
        plain = {
            name if name.startswith("text_projection") else f"text_model.{name}": tensor
            for name, tensor in plain.items()
        }
    save_file(plain, path, metadata={"format": "pt"})


def renamed_attention(folder):
    """Names that the autoencoder's attention had before diffusers 0.15."""
    path = f"{folder}/diffusion_pytorch_model.safetensors"
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    tensors = {}
    for name, tensor in load_file(path).items():
        for new, before in old.items():
            name = name.replace(f"attentions.0.{new}.", f"attentions.0.{before}.")
        tensors[name] = tensor
    save_file(tensors, path, metadata={"format": "pt"})


def text(width, layers, act, projection=None):
    config = CLIPTextConfig(
        vocab_size=80, hidden_size=width, intermediate_size=2 * width, num_hidden_layers=layers,
        num_attention_heads=2, max_position_embeddings=77, hidden_act=act, bos_token_id=78,
        eos_token_id=79, projection_dim=projection or width,
    )
    return halved((CLIPTextModelWithProjection if projection else CLIPTextModel)(config))


def vae(channels, groups):
    return halved(AutoencoderKL(
        in_channels=3, out_channels=3, down_block_types=("DownEncoderBlock2D",) * len(channels),
        up_block_types=("UpDecoderBlock2D",) * len(channels), block_out_channels=channels,
        latent_channels=4, layers_per_block=1, norm_num_groups=groups, sample_size=32,
        scaling_factor=0.13025,
    ))


def prompt():
    ids = torch.randint(1, 77, (1, 77))
    ids[0, 0], ids[0, 12:] = 78, 79
    nothing = torch.full((1, 77), 79)
    nothing[0, 0] = 78
    return ids, nothing


def run(name, unet, autoencoder, texts, scheduler, steps, guidance, size):
    folder = f"{TOP}/{name}"
    os.makedirs(folder, exist_ok=True)
    saved(unet, f"{folder}/unet")
    saved(autoencoder, f"{folder}/vae")
    for index, encoder in enumerate(texts):
        part = f"{folder}/text_encoder" + ("" if index == 0 else "_2")
        saved(encoder, part)
        prefixed(part, old=index == 1)
    scheduler.save_config(f"{folder}/scheduler")
    if name != "turbo":
        for weight, change in list(packed(unet, texts[0], folder, kohya=name == "sd21")):
            weight.data += change
    golden, rows, rows_not, pooled, pooled_not = {}, [], [], None, None
    ids, nothing = prompt()
    with torch.no_grad():
        for index, encoder in enumerate(texts):
            suffix = "" if index == 0 else "_2"
            golden["ids" + suffix], golden["uncond_ids" + suffix] = ids, nothing
            read = encoder(ids, output_hidden_states=True)
            read_not = encoder(nothing, output_hidden_states=True)
            several = len(texts) > 1
            rows.append(read.hidden_states[-2] if several else read[0])
            rows_not.append(read_not.hidden_states[-2] if several else read_not[0])
            if several:
                pooled, pooled_not = read[0], read_not[0]
        rows, rows_not = torch.cat(rows, -1), torch.cat(rows_not, -1)
        noise = torch.randn(1, 4, *size)
        scheduler.set_timesteps(steps)
        sample, first, trajectory = noise * scheduler.init_noise_sigma, None, []
        factor = 2 ** (len(autoencoder.config.block_out_channels) - 1)
        full = [size[0] * factor, size[1] * factor]
        added = None
        if pooled is not None:
            golden["pooled"] = pooled
            time_ids = torch.tensor([[*full, 0, 0, *full]] * 2, dtype=torch.float32)
            added = dict(text_embeds=torch.cat([pooled_not, pooled]), time_ids=time_ids)
        for time in scheduler.timesteps:
            shown = scheduler.scale_model_input(sample, time)
            both = unet(torch.cat([shown] * 2), time, torch.cat([rows_not, rows]),
                        added_cond_kwargs=added).sample
            if first is None:
                first, golden["first_input"] = both, shown
            without, with_words = both.chunk(2)
            wanted = without + guidance * (with_words - without) if guidance > 1 else with_words
            sample = scheduler.step(wanted, time, sample).prev_sample
            trajectory.append(sample)
        config = autoencoder.config
        image = autoencoder.decode(sample / config.scaling_factor).sample
        picture = torch.rand(1, 3, *full) * 2 - 1
        moments = autoencoder.encode(picture).latent_dist
    golden |= dict(
        clip_emb=rows, clip_uncond=rows_not, init_latents=noise, unet_out_t0=first,
        timesteps=scheduler.timesteps.double(), trajectory=torch.cat(trajectory),
        final_latents=sample, image=image, vae_in=picture, vae_mean=moments.mean,
        vae_logvar=moments.logvar,
    )
    save_file({k: v.contiguous().clone() for k, v in golden.items()}, f"{folder}/golden.safetensors")
    with open(f"{folder}/golden.json", "w") as file:
        json.dump(dict(steps=steps, guidance=guidance, seed=SEED), file)
    print(name, float(image.abs().max()), float(first.abs().max()))


def sd21():
    torch.manual_seed(SEED)
    unet = halved(UNet2DConditionModel(
        sample_size=8, in_channels=4, out_channels=4, layers_per_block=1,
        block_out_channels=(10, 20), down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"), cross_attention_dim=24,
        attention_head_dim=(2, 5), norm_num_groups=5, use_linear_projection=True,
    ))
    scheduler = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
        set_alpha_to_one=False, steps_offset=1, prediction_type="v_prediction",
    )
    autoencoder = vae((8, 12), 4)
    # An odd side: the way up must meet the kept maps of the way down.
    run("sd21", unet, autoencoder, [text(24, 2, "gelu")], scheduler, 8, 4.0, (7, 9))
    renamed_attention(f"{TOP}/sd21/vae")


def big(name, scheduler, guidance, steps):
    torch.manual_seed(SEED + 1)
    unet = halved(UNet2DConditionModel(
        sample_size=8, in_channels=4, out_channels=4, layers_per_block=2,
        block_out_channels=(8, 16), down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), cross_attention_dim=40,
        attention_head_dim=(2, 4), transformer_layers_per_block=(1, 2), norm_num_groups=4,
        use_linear_projection=True, addition_embed_type="text_time", addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + 20,
    ))
    texts = [text(16, 2, "quick_gelu"), text(24, 3, "gelu", 20)]
    run(name, unet, vae((8, 8, 12), 2), texts, scheduler, steps, guidance, (8, 6))


def packed(unet, encoder, folder, kohya):
    """A style pack that changes some weights of both networks by half of its strength."""
    os.makedirs(f"{folder}/lora", exist_ok=True)
    tensors = {}
    for model, name in ((unet, "unet"), (encoder, "text_encoder")):
        for path, layer in model.named_modules():
            if not path.endswith((".to_q", ".to_out.0", "ff.net.0.proj", "v_proj", "conv1")):
                continue
            weight, rank, alpha = layer.weight, 2, 1.0
            down = (torch.randn(rank, *weight.shape[1:]) * 0.2).half()
            up = (torch.randn(weight.shape[0], rank, *[1] * (weight.dim() - 2)) * 0.2).half()
            change = (up.float().flatten(1) @ down.float().flatten(1)).reshape(weight.shape)
            if kohya:
                clip = "" if path.startswith("text_model") else "text_model."
                start = "lora_unet_" if name == "unet" else f"lora_te_{clip}"
                key = (start + path).replace(".", "_")
                tensors[f"{key}.lora_down.weight"], tensors[f"{key}.lora_up.weight"] = down, up
                tensors[f"{key}.alpha"] = torch.tensor(alpha)
                change = change * alpha / rank
            else:
                tensors[f"{name}.{path}.lora_A.weight"] = down
                tensors[f"{name}.{path}.lora_B.weight"] = up
            yield weight, 0.5 * change
    save_file(tensors, f"{folder}/lora/style.safetensors")
    with open(f"{folder}/lora/lora.json", "w") as file:
        json.dump({"style.safetensors": 0.5}, file)


sd21()
big("sdxl", EulerDiscreteScheduler(
    beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1,
    timestep_spacing="leading", prediction_type="epsilon",
), 5.0, 6)
big("turbo", UniPCMultistepScheduler(
    beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1,
    timestep_spacing="trailing", use_karras_sigmas=True,
), 1.0, 5)
