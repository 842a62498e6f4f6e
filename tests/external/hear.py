"""Word error rates of pocketsphinx on the same sentences by two voices: FOLDER

FOLDER holds sentences.txt, N.wav of the voice that is tested and eN.wav of espeak-ng. Exits 0 when the
first makes at most 1.3 times the errors of the second, and 3 words more for the chance of few sentences.
"""

import re
import subprocess
import sys

from pocketsphinx import Config, Decoder


def samples(path):
    command = ["ffmpeg", "-v", "error", "-i", path, "-af", "loudnorm", "-ac", "1", "-ar", "16000", "-f", "s16le", "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def words(text):
    return re.sub(r"[^a-z' ]", " ", text.lower()).split()


def errors(wanted, heard):
    row = list(range(len(heard) + 1))
    for i, a in enumerate(wanted, 1):
        corner, row[0] = row[0], i
        for j, b in enumerate(heard, 1):
            corner, row[j] = row[j], min(corner + (a != b), row[j] + 1, row[j - 1] + 1)
    return row[-1]


def main():
    folder = sys.argv[1]
    decoder = Decoder(Config(loglevel="FATAL"))
    totals = {"": 0, "e": 0}
    spoken = 0
    with open(f"{folder}/sentences.txt", encoding="utf-8") as file:
        sentences = [line.strip() for line in file]
    for place, sentence in enumerate(sentences):
        spoken += len(words(sentence))
        print(sentence)
        for voice in totals:
            decoder.start_utt()
            decoder.process_raw(samples(f"{folder}/{voice}{place}.wav"), full_utt=True)
            decoder.end_utt()
            heard = decoder.hyp().hypstr if decoder.hyp() else ""
            totals[voice] += errors(words(sentence), words(heard))
            print("  ", "espeak-ng:" if voice else "voice:", heard)
    own, peer = totals[""], totals["e"]
    print(f"errors of {spoken} words: voice {own}, espeak-ng {peer}")
    return 0 if own <= 1.3 * peer + 3 else 1


if __name__ == "__main__":
    sys.exit(main())
