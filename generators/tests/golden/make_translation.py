"""Tiny Marian and T5 folders taught five sentences, and what transformers translates with them.

    pip install torch transformers==5.24 safetensors sentencepiece
    python make_translation.py
"""

import json
import pathlib
import tempfile

import sentencepiece
import torch
from safetensors.torch import save_file
from transformers import (GenerationConfig, MarianConfig, MarianMTModel, T5Config,
                          T5ForConditionalGeneration)

HERE = pathlib.Path(__file__).parent
ENGLISH = ["The river rose by 40 centimetres overnight.", "The council closed the bridge on Tuesday.",
           "Rain is expected in the north, officials said.", "Who pays for the flood defence plan?",
           "About 1,200 people left their homes."]
GERMAN = ["Der Fluss stieg über Nacht um 40 Zentimeter.", "Der Rat schloss am Dienstag die Brücke.",
          "Im Norden wird Regen erwartet, sagten Beamte.", "Wer bezahlt den Hochwasserschutz?",
          "Etwa 1.200 Menschen verließen ihre Häuser."]
TEXTS = ["The river rose by 40 centimetres.", "Officials  said: “rain” ﬁrst, naïve Ａ １２!", "河 Zürich",
         "the the the plan"]


def pieces(lines, size, name, **more):
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder) / "text"
        text.write_text("\n".join(lines * 20))
        sentencepiece.SentencePieceTrainer.train(
            input=str(text), model_prefix=str(pathlib.Path(folder) / "made"), vocab_size=size,
            character_coverage=1.0, model_type="unigram", hard_vocab_limit=False,
            minloglevel=2, **more)
        name.write_bytes((pathlib.Path(folder) / "made.model").read_bytes())
    return sentencepiece.SentencePieceProcessor(model_file=str(name))


def taught(made, pairs, pad, steps=250):
    """A little: enough that sentences end, and that several ways to go on are about as likely."""
    made.train()
    optimiser = torch.optim.Adam(made.parameters(), lr=4e-3)
    longest = max(len(ids) for pair in pairs for ids in pair)
    fill = lambda ids, value: torch.tensor([one + [value] * (longest - len(one)) for one in ids])
    source, target = fill([one for one, _ in pairs], pad), fill([one for _, one in pairs], -100)
    for _ in range(steps):
        loss = made(input_ids=source, attention_mask=(source != pad).long(), labels=target).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    print("loss", float(loss))
    for numbers in made.parameters():
        # Not the waves of the places: no file holds them.
        if numbers.requires_grad:
            numbers.data = numbers.data.half().float()
    return made.eval()


def save(made, folder, tensors, golden):
    half = {name: numbers.detach().half().contiguous() for name, numbers in made.state_dict().items()
            if tensors(name)}
    save_file(half, folder / "model.safetensors")
    made.config.save_pretrained(folder)
    made.generation_config.save_pretrained(folder)
    (folder / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")


def numbers(made, ids, start, count=8):
    source = torch.tensor([ids])
    first = torch.tensor([[start, 5, 7]])
    with torch.no_grad():
        encoded = made.get_encoder()(source).last_hidden_state
        logits = made(input_ids=source, decoder_input_ids=first).logits
        greedy = torch.tensor([[start]])
        for _ in range(count):
            next_one = made(encoder_outputs=(encoded,), decoder_input_ids=greedy).logits[:, -1:]
            greedy = torch.cat([greedy, next_one.argmax(-1)], 1)
    return dict(src=source, enc=encoded.contiguous(), dec_ids=first, logits=logits.contiguous(),
                greedy=greedy)


def translated(made, ids):
    """Sentence by sentence: in a batch, filling would change the last digits."""
    with torch.no_grad():
        return [made.generate(torch.tensor([one]))[0].tolist() for one in ids]


def marian():
    torch.manual_seed(7)
    folder = HERE / "marian"
    folder.mkdir(exist_ok=True)
    source = pieces(ENGLISH, 90, folder / "source.spm")
    target = pieces(GERMAN, 90, folder / "target.spm", normalization_rule_name="identity")
    known = ["</s>", "<unk>"]
    for spm in (source, target):
        known += [spm.id_to_piece(index) for index in range(spm.get_piece_size())]
    known += [">>deu<<", ">>cmn_Hans<<", ">>cmn_Hant<<", "<pad>"]
    known = list(dict.fromkeys(piece for piece in known if piece != "<s>"))
    vocabulary = {piece: index for index, piece in enumerate(known)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False) + "\n")
    (folder / "tokenizer_config.json").write_text('{"source_lang": "eng", "target_lang": "mul"}\n')
    pad = vocabulary["<pad>"]
    config = MarianConfig(
        vocab_size=len(known), d_model=32, encoder_layers=2, decoder_layers=2,
        encoder_attention_heads=4, decoder_attention_heads=2, encoder_ffn_dim=48,
        decoder_ffn_dim=40, max_position_embeddings=48, pad_token_id=pad, eos_token_id=0,
        bos_token_id=0, decoder_start_token_id=pad, forced_eos_token_id=0,
        activation_function="swish", scale_embedding=True)
    encode = lambda spm, text: [vocabulary.get(piece, 1) for piece in spm.encode(text, out_type=str)]
    pairs = [([vocabulary[">>deu<<"]] + encode(source, one) + [0], encode(target, other) + [0])
             for one, other in zip(ENGLISH, GERMAN)]
    made = MarianMTModel(config)
    with torch.no_grad():
        made.final_logits_bias.normal_(0, 0.3)
    made = taught(made, pairs, pad)
    made.generation_config = GenerationConfig(
        num_beams=4, bad_words_ids=[[pad]], max_length=40, pad_token_id=pad, eos_token_id=0,
        decoder_start_token_id=pad, forced_eos_token_id=0, renormalize_logits=True)
    ids = []
    for text in TEXTS:
        found = [vocabulary.get(piece, vocabulary["<unk>"]) for piece in source.encode(text, out_type=str)]
        ids.append([vocabulary[">>deu<<"]] + found + [0])
    written = translated(made, ids)
    save_file(numbers(made, ids[0], pad), folder / "golden.safetensors")
    special = {"</s>", "<unk>", "<pad>", ">>deu<<", ">>cmn_Hans<<", ">>cmn_Hant<<"}
    texts = [target.decode_pieces([known[one] for one in row if known[one] not in special]) for row in written]
    save(made, folder, lambda name: not name.endswith(("embed_tokens.weight", "lm_head.weight", "embed_positions.weight")),
         dict(to="de", texts=TEXTS, ids=ids, written=written, translations=texts))
    print(*texts, sep="\n")


def t5():
    torch.manual_seed(8)
    folder = HERE / "t5"
    folder.mkdir(exist_ok=True)
    spm = pieces(ENGLISH + GERMAN + ["translate to"], 150, folder / "spiece.model", pad_id=0, eos_id=1, unk_id=2, bos_id=-1,
                 normalization_rule_name="identity")
    size = spm.get_piece_size() + 6
    config = T5Config(
        vocab_size=size, d_model=32, d_kv=12, d_ff=48, num_layers=2, num_decoder_layers=2, num_heads=3,
        feed_forward_proj="relu", relative_attention_num_buckets=8, relative_attention_max_distance=20,
        pad_token_id=0, eos_token_id=1, decoder_start_token_id=0)
    pairs = [(spm.encode("translate English to German: " + one) + [1], spm.encode(other) + [1])
             for one, other in zip(ENGLISH, GERMAN)]
    made = taught(T5ForConditionalGeneration(config), pairs, 0, 600)
    assert made.config.scale_decoder_outputs
    made.config.task_specific_params = {"translation_en_to_de": {"prefix": "translate English to German: "}}
    made.generation_config = GenerationConfig(
        num_beams=3, max_length=48, pad_token_id=0, eos_token_id=1, decoder_start_token_id=0,
        early_stopping=True, length_penalty=0.7)
    ids = [spm.encode("translate English to German: " + text) + [1] for text in TEXTS]
    written = translated(made, ids)
    save_file(numbers(made, ids[0], 0), folder / "golden.safetensors")
    texts = [spm.decode([one for one in row if 2 < one < spm.get_piece_size()]) for row in written]
    save(made, folder, lambda name: not name.endswith(("embed_tokens.weight", "lm_head.weight")),
         dict(to="de", texts=TEXTS, ids=ids, written=written, translations=texts))
    print(*texts, sep="\n")


marian()
t5()
