"""Makes the tiny checkpoints of this folder and what `transformers` computes with them.

Usage: python make.py   (needs torch, transformers, tokenizers, safetensors; writes beside itself)

The weights are random and stored as bf16; the golden logits are those of 32-bit arithmetic on the
stored weights, one row for each greedy step.
"""

import json
import pathlib

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM,
                          Qwen2Config, Qwen2ForCausalLM)

HERE = pathlib.Path(__file__).parent
TEXT = ["The river stood at 412 centimetres on Tuesday, the council said.",
        "The council approved the plan for the flood wall on Tuesday.",
        "水位上涨，市民注意安全。水位回落，市民恢复出行。"]
STEPS = 12


def tokenizer():
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(TEXT, trainers.BpeTrainer(
        vocab_size=320, special_tokens=["<|end|>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return made


def checkpoint(name, model, ids):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    with torch.no_grad():
        for weight in model.parameters():
            spread = 0.3 if weight.dim() > 1 else 0.1
            weight.copy_((weight * 0 + torch.randn_like(weight) * spread + (weight.dim() == 1)).bfloat16())
        shown, logits = list(ids), []
        for _ in range(STEPS):
            logits.append(model(torch.tensor([shown])).logits[0, -1])
            shown.append(int(logits[-1].argmax()))
    tied = model.config.tie_word_embeddings
    weights = {k: v.bfloat16().contiguous() for k, v in model.state_dict().items()
               if not (tied and k == "lm_head.weight")}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    save_file({"prompt_ids": torch.tensor(ids), "greedy_ids": torch.tensor(shown[len(ids):]),
               "greedy_logits": torch.stack(logits)}, folder / "golden.safetensors")
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(folder)


def main():
    torch.manual_seed(11)
    made = tokenizer()
    (HERE / "llama").mkdir(exist_ok=True)
    made.save(str(HERE / "llama" / "tokenizer.json"), pretty=False)
    ids = made.encode(TEXT[0]).ids
    size = dict(vocab_size=320, hidden_size=24, intermediate_size=40, num_hidden_layers=2,
                num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=128,
                bos_token_id=None, eos_token_id=0)
    scaled = {"rope_type": "llama3", "rope_theta": 500.0, "factor": 4.0, "low_freq_factor": 1.0,
              "high_freq_factor": 4.0, "original_max_position_embeddings": 32}
    checkpoint("llama", LlamaForCausalLM(LlamaConfig(
        **size, rope_parameters=scaled, tie_word_embeddings=False, mlp_bias=True)).eval(), ids)
    checkpoint("mistral", MistralForCausalLM(MistralConfig(
        **size, head_dim=8, sliding_window=7, tie_word_embeddings=False)).eval(), ids)
    checkpoint("qwen2", Qwen2ForCausalLM(Qwen2Config(
        **size, use_sliding_window=False, tie_word_embeddings=True)).eval(), ids)


if __name__ == "__main__":
    main()
