#!/bin/sh
# Trains the built-in classifier from nothing: `policy/training/train.sh DATA PROSE WORK`, run at the
# top of the repository. DATA holds the unpacked sets (*.jsonl), PROSE is a file of free prose, WORK a
# folder for what lies between; prose.py makes it. PYTHON names a Python with numpy and scikit-learn.
# About twenty minutes on one core. The list of words for spelt out letters (models/words.txt) is made
# from such texts by words.py and read by the features: after a new list, train anew.
set -eu
data=$1 prose=$2 work=$3
here=policy/training
python=${PYTHON:-python3}
export OMP_NUM_THREADS=1
features() { "${CARGO_TARGET_DIR:-target}/release/examples/features"; }

cargo build --release -p policy --example features
mkdir -p "$work/tune"
"$python" $here/assemble.py "$data" "$prose" "$work/texts.jsonl"
features < "$work/texts.jsonl" > "$work/texts.bin"
held=wiki_toxic,surge_toxicity,toxigen,rtp_snippets,harmful_requests,jailbreak,bipia,benign_prompts
"$python" $here/train.py "$work/texts.jsonl" "$work/texts.bin" "$work/held.npz" --hold $held
"$python" $here/train.py "$work/texts.jsonl" "$work/texts.bin" "$work/final.npz"
for set in surge_toxicity toxigen_demos wiki_toxic benign_prompts jailbreak_inthewild bipia_email \
    news_en news_zh cold_dev; do
    features < "$data/$set.jsonl" > "$work/tune/$set.bin"
done
"$python" $here/dev_prose.py < $here/dev_prose.tsv | features > "$work/tune/dev_prose.bin"
"$python" $here/pack_model.py "$work/final.npz" "$work/held.npz" "$data" "$work/tune" \
    policy/models/moderation.bin
"$python" $here/held.py "$work/held.npz" "$data" "$work/tune"
