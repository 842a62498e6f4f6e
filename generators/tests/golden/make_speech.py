"""A tiny Whisper with random weights, and what transformers makes of sounds with it.

    pip install torch transformers==5.24 safetensors tokenizers
    python make_speech.py
"""

import json
import pathlib

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GenerationConfig, WhisperConfig, WhisperFeatureExtractor
from transformers import WhisperForConditionalGeneration

HERE = pathlib.Path(__file__).parent / "whisper"
SECONDS = 2  # of a window
TEXT = 300  # tokens of words
NAMES = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|zh|>", "<|de|>", "<|translate|>",
         "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
ID = {name: TEXT + index for index, name in enumerate(NAMES)}
TIMES = TEXT + len(NAMES)
VOCABULARY = TIMES + SECONDS * 50 + 1


def tokenizer():
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    words = "the council said the river rose and the weather turned in the north " * 40
    trainer = trainers.BpeTrainer(vocab_size=TEXT, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    made.train_from_iterator([words], trainer)
    size = made.get_vocab_size()
    assert size <= TEXT, size
    made.add_tokens([f"filler{index}" for index in range(TEXT - size)])
    made.add_special_tokens([AddedToken(name, special=True) for name in NAMES])
    assert made.token_to_id("<|notimestamps|>") == TIMES - 1
    made.save(str(HERE / "tokenizer.json"))


def network():
    torch.manual_seed(5)
    config = WhisperConfig(
        vocab_size=VOCABULARY, num_mel_bins=128, d_model=32, encoder_layers=2, decoder_layers=2,
        encoder_attention_heads=2, decoder_attention_heads=4, encoder_ffn_dim=48,
        decoder_ffn_dim=80, max_source_positions=SECONDS * 50, max_target_positions=48,
        pad_token_id=ID["<|endoftext|>"], bos_token_id=ID["<|endoftext|>"],
        eos_token_id=ID["<|endoftext|>"], decoder_start_token_id=ID["<|startoftranscript|>"],
        suppress_tokens=None, begin_suppress_tokens=None)
    made = WhisperForConditionalGeneration(config).eval()
    with torch.no_grad():
        for name, numbers in made.named_parameters():
            if "encoder.embed_positions" in name:
                continue
            if numbers.dim() > 1:
                numbers.mul_(6.0)
            elif name.endswith("bias"):
                numbers.normal_(0, 0.1)
            else:
                numbers.add_(torch.randn_like(numbers) * 0.1)
        made.half().float()
    made.generation_config = GenerationConfig(
        eos_token_id=ID["<|endoftext|>"], pad_token_id=ID["<|endoftext|>"],
        bos_token_id=ID["<|endoftext|>"], decoder_start_token_id=ID["<|startoftranscript|>"],
        suppress_tokens=[1, 7] + list(range(ID["<|translate|>"], ID["<|notimestamps|>"])),
        begin_suppress_tokens=[220, ID["<|endoftext|>"]], is_multilingual=True,
        lang_to_id={name: ID[name] for name in ("<|en|>", "<|zh|>", "<|de|>")},
        task_to_id={name: ID[f"<|{name}|>"] for name in ("transcribe", "translate")},
        no_timestamps_token_id=ID["<|notimestamps|>"], max_initial_timestamp_index=50,
        prev_sot_token_id=ID["<|startofprev|>"], alignment_heads=[[0, 1], [1, 2]], max_length=48,
        return_timestamps=True)
    half = {name: numbers.detach().half() for name, numbers in made.state_dict().items()
            if name != "proj_out.weight"}
    save_file({name: numbers.contiguous() for name, numbers in half.items()}, HERE / "model.safetensors")
    made.config.save_pretrained(HERE)
    made.generation_config.save_pretrained(HERE)
    return made


def sound(seconds, seed):
    numbers = np.random.default_rng(seed)
    time = np.arange(int(16000 * seconds)) / 16000
    tones = sum(np.sin(2 * np.pi * f * time * (1 + 0.1 * np.sin(3 * time))) for f in (180, 410, 1300))
    envelope = 0.5 + 0.5 * np.sin(2 * np.pi * 1.3 * time)
    made = 0.2 * tones * envelope + 0.02 * numbers.standard_normal(len(time))
    return made.astype(np.float16).astype(np.float32)


def golden(made):
    front = WhisperFeatureExtractor(feature_size=128, chunk_length=SECONDS)
    front.save_pretrained(HERE)
    config = json.loads((HERE / "preprocessor_config.json").read_text())
    config.pop("mel_filters", None)
    (HERE / "preprocessor_config.json").write_text(json.dumps(config, indent=2) + "\n")
    short = sound(1.5, 1)
    mel = front(short, sampling_rate=16000, return_tensors="pt").input_features
    first = torch.tensor([[ID["<|startoftranscript|>"], ID["<|en|>"], ID["<|transcribe|>"]]])
    with torch.no_grad():
        encoded = made.model.encoder(mel).last_hidden_state
        logits = made(input_features=mel, decoder_input_ids=first).logits
        greedy = first.clone()
        for _ in range(20):
            next_one = made(encoder_outputs=(encoded,), decoder_input_ids=greedy).logits[:, -1:]
            greedy = torch.cat([greedy, next_one.argmax(-1)], 1)
    long = sound(5 * SECONDS, 2)
    long_mel = front(long, sampling_rate=16000, return_tensors="pt", truncation=False,
                     padding="longest", return_attention_mask=True)
    with torch.no_grad():
        heard = made.generate(
            long_mel.input_features, attention_mask=long_mel.attention_mask, language="en",
            task="transcribe", return_timestamps=True, return_segments=True, temperature=0.0,
            condition_on_prev_tokens=False, do_sample=False)
    # The last window is not full: transformers fills its picture with zeros, not with silence.
    full = 4 * SECONDS
    segments = [one for one in heard["segments"][0] if float(one["end"]) < full]
    save_file({
        "pcm": torch.tensor(short).half(), "mel": mel, "enc_head": encoded[:, :50].contiguous(),
        "dec_ids": first, "logits": logits, "greedy": greedy, "long_pcm": torch.tensor(long).half(),
        "long_starts": torch.tensor([float(one["start"]) for one in segments], dtype=torch.float32),
        "long_ends": torch.tensor([float(one["end"]) for one in segments], dtype=torch.float32),
        "long_lengths": torch.tensor([len(one["tokens"]) for one in segments]),
        "long_ids": torch.cat([one["tokens"].cpu() for one in segments]),
    }, HERE / "golden.safetensors")
    for one in segments:
        print(f"{float(one['start']):6.2f} {float(one['end']):6.2f}", one["tokens"].tolist())


HERE.mkdir(exist_ok=True)
tokenizer()
golden(network())
