"""The starter text model: a small llama, with the parameter names and config of Hugging Face.

Written out here, so that training needs only torch, and so that the shipped weights have one
reference that fits on a page.
"""

import json
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass
class Config:
    """Sizes. Six heads of 32, four layers: enough to copy, small enough to train on one core."""

    vocab_size: int
    hidden_size: int = 192
    intermediate_size: int = 512
    num_hidden_layers: int = 4
    num_attention_heads: int = 6
    max_position_embeddings: int = 256
    rope_theta: float = 10000.0
    rms_norm_eps: float = 1e-5

    def to_json(self):
        """config.json as transformers and the llama loaders read it."""
        return (
            json.dumps(
                {
                    "architectures": ["LlamaForCausalLM"],
                    "model_type": "llama",
                    **vars(self),
                    "head_dim": self.hidden_size // self.num_attention_heads,
                    "num_key_value_heads": self.num_attention_heads,
                    "hidden_act": "silu",
                    "attention_bias": False,
                    "attention_dropout": 0.0,
                    "mlp_bias": False,
                    "tie_word_embeddings": True,
                    "torch_dtype": "bfloat16",
                    "bos_token_id": 1,
                    "eos_token_id": 0,
                    "pad_token_id": 0,
                    "initializer_range": 0.02,
                    "pretraining_tp": 1,
                    "rope_parameters": {"rope_type": "default", "rope_theta": self.rope_theta},
                    "rope_scaling": None,
                    "use_cache": True,
                },
                indent=2,
            )
            + "\n"
        )


class Attention(nn.Module):
    """Causal attention with rotary positions."""

    def __init__(self, c):
        super().__init__()
        self.heads = c.num_attention_heads
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = (
            nn.Linear(c.hidden_size, c.hidden_size, bias=False) for _ in range(4)
        )

    def forward(self, x, rope, cache):
        q, k, v = (
            p(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for p in (self.q_proj, self.k_proj, self.v_proj)
        )
        q, k = rotate(q, rope), rotate(k, rope)
        if cache is not None:
            k, v = (torch.cat(pair, 2) for pair in zip(cache, (k, v))) if cache else (k, v)
            cache[:] = [k, v]
        # Spelt out: for sequences this short, torch's fused kernel made a whole step 40 % slower.
        scores = q @ k.transpose(2, 3) * q.shape[-1] ** -0.5
        if q.shape[2] > 1:
            scores = scores + torch.full_like(scores[0, 0], -1e4).triu(1)
        y = scores.softmax(-1).to(v.dtype) @ v
        return self.o_proj(y.transpose(1, 2).flatten(2))


class Mlp(nn.Module):
    """SwiGLU."""

    def __init__(self, c):
        super().__init__()
        self.gate_proj = nn.Linear(c.hidden_size, c.intermediate_size, bias=False)
        self.up_proj = nn.Linear(c.hidden_size, c.intermediate_size, bias=False)
        self.down_proj = nn.Linear(c.intermediate_size, c.hidden_size, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    """One block."""

    def __init__(self, c):
        super().__init__()
        self.self_attn, self.mlp = Attention(c), Mlp(c)
        self.input_layernorm = nn.RMSNorm(c.hidden_size, c.rms_norm_eps)
        self.post_attention_layernorm = nn.RMSNorm(c.hidden_size, c.rms_norm_eps)

    def forward(self, x, rope, cache):
        x = x + self.self_attn(self.input_layernorm(x), rope, cache)
        return x + self.mlp(self.post_attention_layernorm(x))


class Llama(nn.Module):
    """The model; `forward` gives hidden states, `logits` the scores of some of them."""

    def __init__(self, c):
        super().__init__()
        self.config = c
        self.model = nn.Module()
        self.model.embed_tokens = nn.Embedding(c.vocab_size, c.hidden_size)
        self.model.layers = nn.ModuleList(Layer(c) for _ in range(c.num_hidden_layers))
        self.model.norm = nn.RMSNorm(c.hidden_size, c.rms_norm_eps)
        for name, p in self.named_parameters():
            if p.ndim == 2:  # blocks start as identities
                nn.init.zeros_(p) if "o_proj" in name or "down_proj" in name else nn.init.normal_(p, std=0.02)
        size = c.hidden_size // c.num_attention_heads
        angle = torch.outer(
            torch.arange(c.max_position_embeddings), c.rope_theta ** (-torch.arange(0, size, 2) / size)
        )
        self.rope = torch.cat([angle, angle], -1).cos(), torch.cat([angle, angle], -1).sin()

    def forward(self, ids, caches=None):
        start = caches[0][0].shape[2] if caches and caches[0] else 0
        rope = tuple(t[start : start + ids.shape[1]] for t in self.rope)
        x = self.model.embed_tokens(ids)
        for layer, cache in zip(self.model.layers, caches or [None] * len(self.model.layers)):
            x = layer(x, rope, cache)
        return self.model.norm(x)

    def logits(self, hidden):
        """Scores over the vocabulary."""
        return F.linear(hidden, self.model.embed_tokens.weight)

    @torch.no_grad()
    def generate(self, ids, temperature=0.6, top_p=0.95, most=160, random=None):
        """Continues a prompt until `<|end|>` (id 0), which is not returned. Temperature 0 is greedy."""
        caches, out, step = [[] for _ in self.model.layers], [], torch.tensor([ids])
        for _ in range(min(most, self.config.max_position_embeddings - len(ids))):
            scores = self.logits(self(step, caches)[0, -1].float())
            token = int(scores.argmax()) if temperature == 0 else sample(scores / temperature, top_p, random)
            if token == 0:
                break
            out.append(token)
            step = torch.tensor([[token]])
        return out


def rotate(x, rope):
    """Rotary embedding, halves convention."""
    cos, sin = (t.to(x.dtype) for t in rope)
    left, right = x.chunk(2, -1)
    return x * cos + torch.cat([-right, left], -1) * sin


def sample(scores, top_p, random):
    """Nucleus sampling."""
    p, order = scores.softmax(-1).sort(descending=True)
    p[p.cumsum(-1) - p > top_p] = 0
    return int(order[torch.multinomial(p, 1, generator=random)])
