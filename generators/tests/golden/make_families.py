"""Makes the tiny checkpoints of the families that `make.py` does not know, in the same form.

Usage: python make_families.py   (needs what make.py needs; writes beside itself)

Windows are shorter than what is read, heads have sizes of their own, and gemma 3 mixes both kinds
of layers, so that each difference from a llama shows in the logits.
"""

import torch
from transformers import (Gemma2Config, Gemma2ForCausalLM, Gemma3ForCausalLM, Gemma3TextConfig,
                          Phi3Config, Phi3ForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen3Config,
                          Qwen3ForCausalLM)

from make import TEXT, checkpoint, tokenizer

SEED = 29


def main():
    torch.manual_seed(SEED)
    ids = tokenizer().encode(TEXT[0]).ids
    size = dict(vocab_size=320, hidden_size=24, intermediate_size=40, num_hidden_layers=3,
                num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=128,
                bos_token_id=None, eos_token_id=0, pad_token_id=None)
    windows = dict(sliding_window=7, head_dim=8, query_pre_attn_scalar=8)
    long = dict(rope_type="longrope", rope_theta=10000.0, short_factor=[1.0, 1.2, 1.5, 2.0],
                long_factor=[1.0, 2.0, 4.0, 8.0], partial_rotary_factor=1.0,
                original_max_position_embeddings=64)
    made = [
        ("qwen3", Qwen3ForCausalLM(Qwen3Config(**size, head_dim=8, tie_word_embeddings=True))),
        ("qwen2_window", Qwen2ForCausalLM(Qwen2Config(
            **size, use_sliding_window=True, sliding_window=7, max_window_layers=1,
            tie_word_embeddings=False))),
        ("phi3", Phi3ForCausalLM(Phi3Config(
            **{**size, "hidden_size": 32}, sliding_window=9, tie_word_embeddings=False,
            original_max_position_embeddings=64, rope_parameters=long))),
        ("gemma2", Gemma2ForCausalLM(Gemma2Config(
            **size, **windows, attn_logit_softcapping=5.0, final_logit_softcapping=3.0))),
        ("gemma3", Gemma3ForCausalLM(Gemma3TextConfig(
            **size, **windows, layer_types=["sliding_attention", "full_attention"] +
            ["sliding_attention"]))),
    ]
    for name, model in made:
        model.config._attn_implementation = "eager"
        checkpoint(name, model.eval(), ids)


if __name__ == "__main__":
    main()
