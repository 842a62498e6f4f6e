"""Machine-made suffixes as optimisers leave them, and program text, which they resemble."""

import json

PIECES = """describing similarly Now write opposite ley Me giving ONE please revert with Two sure here Tutorial steps
title list print interface manual Begin python sentence representing format Table prompt respond using ing tion
ment able ized ously text Step Sure Here formatted json English Using answer anything Simplified Spoiler Gran
begin phr asis polite lecture concise notice abstract whilst sar cas tically inverse reply Enterprise Merci ;
tweet song poem Wikipedia Excel Dict XML Class jav output tex equ quad newcommand foot frame endl Vorlage zum
lista entre avec pour einen siehe Wikip proced Typ Str Obj Func Val Arr iter enum static void prefix Bind MS
kwargs usepackage caption Item Opt Param Mode Code Frame Chars Words Syntax Query Hint Yes Absolutely Tip""".split()
SIGNS = ["]( ", ".\\ + ", "**", '"\\!--', ">> ", "{{", "}}", "!! ", "? ", ": ", ";) ", "(( ", "]] ", "<<", "://", "`. ",
         "\\\"", ")- ", "}{ ", "==> ", "| ", "_{", "$. ", "%% ", "[[", '."', "',' ", "//", ".</ ", "... ", "#{ ", "~~ ", ">[ ", "]^{ ", " ! ", "&& "]


def gibberish(rng):
    """Twelve to thirty pieces of words and signs, joined as tokens are."""
    text, style = "", rng.random()
    if style < 0.08:
        return " ".join(["!"] * rng.randint(12, 30))
    for _ in range(rng.randint(12, 32)):
        word = rng.choice(PIECES)
        if rng.random() < 0.25:
            word = word.capitalize() if rng.random() < 0.7 else word.upper()
        text += word
        kind = rng.random()
        text += rng.choice(SIGNS) if kind < 0.35 else " " if kind < (0.75 if style < 0.6 else 0.95) else ""
    return text.strip()


def CODE(rng, top):
    """Stretches of this repository's own code, papers and settings, and of lists and tables."""
    kinds = ("*.rs", "*.toml", "*.md", "*.py", "*.js", "*.html", "*.css", "*.ftl", "*.yml")
    paths = sorted(path for kind in kinds for path in top.glob(f"*/**/{kind}") if "target" not in path.parts)
    for path in rng.sample(paths, min(len(paths), 400)):
        text = path.read_text(encoding="utf-8", errors="ignore")
        for _ in range(8):
            at = rng.randrange(max(1, len(text)))
            yield text[at : at + rng.choice([80, 200, 600])]
    for _ in range(600):
        cells = [f"{rng.randint(1, 9999)}.{rng.randint(0, 99):02}" for _ in range(rng.randint(4, 16))]
        yield rng.choice([" | ", "; ", "\t", ", ", "\n- "]).join(cells)
    for _ in range(600):
        record = {rng.choice(PIECES).lower(): rng.choice([rng.randint(0, 99), "ok", None, [1, 2]]) for _ in range(4)}
        yield json.dumps(record, indent=rng.choice([None, 2]))
    for _ in range(300):
        yield f"SELECT {rng.choice('abc')}, COUNT(*) FROM orders WHERE id IN ({rng.randint(1, 9)}, {rng.randint(1, 9)}) GROUP BY 1;"
        yield rng.choice(["\\frac{a}{b} + \\sqrt{x^2} = \\sum_{i=1}^{n} i", "x^2 + 3*x - 4 = 0, so x = 1", "http://example.com/a?b=1&c=%20d#e", "<div class=\"row\"><p>Hello</p></div>", "$ git commit -am \"Fix\" && git push", "[link](https://example.com/page_(1))", "RT @user: good morning!!! #monday :)", "int main() { printf(\"%d\\n\", 1); return 0; }", "2 cups flour, 1 tsp. salt; bake at 350°F (180°C)", "A: yes/no B: (a) 1, (b) 2 -> c"])
