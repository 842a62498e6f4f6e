"""Writes the checkpoints of this folder as GGUF, beside `model.safetensors`.

Usage: python make_gguf.py   (needs numpy, gguf, torch, safetensors)

The numbers stay BF16, so the logits stay those of `golden.safetensors`. Names, the order of llama's queries and keys, gemma's norms and the factors of the rotation
are those of llama.cpp.
"""

import json
import math
import pathlib

import gguf
import numpy as np
from safetensors.torch import load_file

HERE = pathlib.Path(__file__).parent
Kind = gguf.GGMLQuantizationType
WHOLE = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
LAYER = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
         "self_attn.qkv_proj": "attn_qkv", "self_attn.o_proj": "attn_output",
         "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
         "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.gate_up_proj": "ffn_up",
         "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm"}
PLAIN = {"post_attention_layernorm": "ffn_norm"}
GEMMA = {"post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
         "post_feedforward_layernorm": "post_ffw_norm"}


def renamed(name, gemma):
    stem, ending = name.rsplit(".", 1)
    if stem in WHOLE:
        return f"{WHOLE[stem]}.{ending}"
    _, _, layer, part = stem.split(".", 3)
    return f"blk.{layer}.{(LAYER | (GEMMA if gemma else PLAIN))[part]}.{ending}"


def paired(rows, heads):
    """The two numbers that turn together side by side, as llama.cpp keeps llama."""
    size = rows.shape[0] // heads
    return rows.reshape(heads, 2, size // 2, -1).swapaxes(1, 2).reshape(rows.shape)


def llama3_factors(rope, size):
    """By how much each frequency is divided."""
    kept, stretched = rope["high_freq_factor"], rope["low_freq_factor"]
    factors = []
    for pair in range(size // 2):
        wave = 2 * math.pi * rope["rope_theta"] ** (2 * pair / size)
        turns = rope["original_max_position_embeddings"] / wave
        blend = min(max((turns - stretched) / (kept - stretched), 0), 1)
        factors.append(1 / ((1 - blend) / rope["factor"] + blend))
    return np.array(factors, dtype=np.float32)


def described(writer, config, arch, size):
    rope = config["rope_parameters"]
    rope = rope.get("full_attention", rope)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_key_length(size)
    writer.add_value_length(size)
    writer.add_rope_dimension_count(size)
    writer.add_rope_freq_base(rope["rope_theta"])
    if arch in ("phi3", "gemma2", "gemma3"):
        writer.add_sliding_window(config["sliding_window"])
    if arch == "gemma3":
        writer.add_uint32("gemma3.attention.sliding_window_pattern", 2)
    if arch == "gemma2":
        writer.add_attn_logit_softcapping(config["attn_logit_softcapping"])
        writer.add_final_logit_softcapping(config["final_logit_softcapping"])
    if rope["rope_type"] == "llama3":
        writer.add_tensor("rope_freqs.weight", llama3_factors(rope, size))
    if rope["rope_type"] == "longrope":
        writer.add_rope_scaling_orig_ctx_len(int(rope["original_max_position_embeddings"]))
        for length in ("short", "long"):
            factors = np.array(rope[f"{length}_factor"], dtype=np.float32)
            writer.add_tensor(f"rope_factors_{length}.weight", factors)


def vocabulary(writer):
    made = json.loads((HERE / "llama" / "tokenizer.json").read_text())
    ids = {number: text for text, number in made["model"]["vocab"].items()}
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([ids[number] for number in range(len(ids))])
    writer.add_token_types([3] + [1] * (len(ids) - 1))
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge)
                             for merge in made["model"]["merges"]])
    writer.add_eos_token_id(0)


def write(name, arch, kind):
    folder = HERE / name
    config = json.loads((folder / "config.json").read_text())
    heads, shared = config["num_attention_heads"], config["num_key_value_heads"]
    size = config.get("head_dim") or config["hidden_size"] // heads
    writer = gguf.GGUFWriter(folder / f"model-{kind.name}.gguf", arch)
    described(writer, config, arch, size)
    vocabulary(writer)
    for key, tensor in load_file(folder / "model.safetensors").items():
        numbers = tensor.float().numpy()
        if arch == "llama" and ("q_proj" in key or "k_proj" in key):
            numbers = paired(numbers, heads if "q_proj" in key else shared)
        if arch.startswith("gemma") and "norm" in key:
            numbers = numbers + 1
        to = renamed(key, arch.startswith("gemma"))
        if numbers.ndim > 1:
            writer.add_tensor(to, gguf.quants.quantize(numbers, kind), raw_dtype=kind)
        else:
            writer.add_tensor(to, numbers)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    for name in ("llama", "qwen2", "qwen3", "phi3", "gemma2", "gemma3"):
        write(name, name, Kind.BF16)


if __name__ == "__main__":
    main()
