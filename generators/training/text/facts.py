"""What a prompt may say: kinds of facts, their keys, and the form in which the model reads them.

The same rules are written into `imprimatur.json` beside the weights, so that the server and the
trainer cannot drift apart. Numbers stay as typed: the model copies digits, it never computes.
"""

import re

END, START, ENGLISH, CHINESE, HEADLINE = "<|end|>", "<|facts|>", "<|en|>", "<|zh|>", "<|headline|>"
SPECIAL = [END, START, ENGLISH, CHINESE, HEADLINE]  # ids 0 to 4 in this order

# kind -> (Chinese aliases, {key: (type, Chinese aliases)}); keys in the order the model reads them.
SCHEMA = {
    "river": (
        ["河流", "水位", "水文"],
        {
            "name": ("text", ["名称", "河名", "江河"]),
            "place": ("text", ["地点", "站点"]),
            "day": ("text", ["日期", "星期"]),
            "level_cm": ("number", ["水位厘米", "水位"]),
            "change_cm": ("number", ["涨幅", "变化"]),
            "alert_cm": ("number", ["警戒水位", "警戒"]),
        },
    ),
    "weather": (
        ["天气"],
        {
            "place": ("text", ["地点", "城市"]),
            "day": ("text", ["日期", "星期"]),
            "sky": ("text", ["天况", "天空"]),
            "low_c": ("number", ["最低气温", "最低"]),
            "high_c": ("number", ["最高气温", "最高"]),
            "wind_kmh": ("number", ["风速"]),
            "rain_pct": ("number", ["降水概率"]),
        },
    ),
    "traffic": (
        ["交通", "路况"],
        {
            "road": ("text", ["道路", "路段"]),
            "place": ("text", ["地点"]),
            "cause": ("text", ["原因"]),
            "delay_min": ("number", ["延误"]),
            "queue_km": ("number", ["拥堵长度", "拥堵"]),
            "reopens": ("time", ["恢复时间", "恢复"]),
        },
    ),
    "match": (
        ["比赛", "赛果"],
        {
            "home": ("text", ["主队"]),
            "away": ("text", ["客队"]),
            "score": ("score", ["比分"]),
            "scorer": ("text", ["进球者", "首开纪录"]),
            "minute": ("number", ["分钟"]),
            "crowd": ("number", ["观众"]),
        },
    ),
    "market": (
        ["股市", "市场", "行情"],
        {
            "index": ("text", ["指数"]),
            "day": ("text", ["日期", "星期"]),
            "close": ("number", ["收盘"]),
            "change_pct": ("number", ["涨跌幅", "涨跌"]),
            "high": ("number", ["最高"]),
            "low": ("number", ["最低"]),
        },
    ),
    "election": (
        ["选举", "投票"],
        {
            "place": ("text", ["地点"]),
            "day": ("text", ["日期", "星期"]),
            "turnout_pct": ("number", ["投票率"]),
            "previous_pct": ("number", ["上届投票率", "上届"]),
            "eligible": ("number", ["选民"]),
            "stations": ("number", ["投票站"]),
        },
    ),
    "product": (
        ["产品", "商品"],
        {
            "name": ("text", ["名称"]),
            "type": ("text", ["类型", "品类"]),
            "colour": ("text", ["颜色"]),
            "material": ("text", ["材质"]),
            "weight_g": ("number", ["重量"]),
            "battery_h": ("number", ["续航"]),
            "price_eur": ("number", ["欧元价格"]),
            "price_cny": ("number", ["价格"]),
        },
    ),
    "dialogue": (
        ["对话"],
        {
            "a": ("text", ["甲"]),
            "b": ("text", ["乙"]),
            "event": ("text", ["活动"]),
            "place": ("text", ["地点"]),
            "time": ("time", ["时间"]),
            "price_eur": ("number", ["票价"]),
        },
    ),
}

# Words the model knows for the keys that are translated rather than copied.
KNOWN = {
    "day": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "sky": ["clear", "sunny", "cloudy", "overcast", "foggy", "rain", "showers", "snow", "thunderstorms"],
    "cause": ["accident", "roadworks", "flooding", "snow", "breakdown", "landslide", "demonstration"],
    "type": [
        "kettle",
        "backpack",
        "lamp",
        "headset",
        "bicycle",
        "jacket",
        "desk",
        "speaker",
        "camera",
        "watch",
        "chair",
        "scooter",
    ],
    "colour": ["black", "white", "red", "blue", "green", "grey", "yellow", "brown"],
    "material": ["steel", "cotton", "oak", "aluminium", "leather", "wool", "bamboo", "glass"],
    "event": ["concert", "exhibition", "lecture", "film", "market", "fair", "workshop"],
}

SHAPES = {
    "text": r".{1,40}",
    "number": r"[+-]?\d{1,7}(\.\d{1,2})?",
    "time": r"\d{1,2}:\d{2}",
    "score": r"\d{1,2}\s*[-:]\s*\d{1,2}",
}
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
FACTS = re.compile(r"([^\W\d]\w*)\s*;\s*(?=[^\W\d]\w*\s*=)")


def canonical(prompt):
    """The prompt as the model reads it: `(text, language token, headline wanted, warnings)`."""
    text = re.sub(r"\s+", " ", prompt.replace("<|", "<").replace("；", ";").replace("＝", "=")).strip()
    language = CHINESE if HAN.search(text) else ENGLISH
    found = FACTS.search(text)
    if not found:
        warnings = ["no facts in the form `kind; key=value`: the text will name no figures"]
        return text.rstrip(".。!！?？"), language, asks_headline(text), warnings
    before, kind = text[: found.start(1)], found.group(1)
    kind_known, warnings = by_suffix({k: v[0] for k, v in SCHEMA.items()}, kind), []
    if not kind_known:
        return text, language, asks_headline(before), [f"unknown kind of facts: {kind}"]
    keys, given = SCHEMA[kind_known][1], {}
    for part in text[found.end() :].rstrip(".。 ").split(";"):
        key, _, value = (s.strip() for s in part.partition("="))
        known = by_alias({k: v[1] for k, v in keys.items()}, key)
        if not known:
            warnings += [f"unknown key: {key}"] if key else []
        elif not re.fullmatch(SHAPES[keys[known][0]], value):
            warnings.append(f"{key}: not a {keys[known][0]}: {value}")
        else:
            given[known] = value.lstrip("+").replace(" ", "") if keys[known][0] != "text" else value
    return spell(kind_known, given), language, asks_headline(before), warnings


def spell(kind, given):
    """`river; name=Elbe; level_cm=412`, keys in the schema's order, the unknown ones left out."""
    return "; ".join([kind] + [f"{k}={given[k]}" for k in SCHEMA[kind][1] if k in given])


def asks_headline(words):
    """Whether the words around the facts ask for a headline."""
    return "headline" in words.lower() or "标题" in words


def by_alias(table, word):
    """The table's name for a word: itself in lower case, or the name it is an alias of."""
    word = word.lower()
    return word if word in table else next((k for k, names in table.items() if word in names), None)


def by_suffix(table, word):
    """Like `by_alias`, where a Chinese instruction may be glued to the kind: 写一则天气."""
    tails = (word[i:] for i in range(len(word)) if i == 0 or HAN.match(word[i - 1]))
    return next(filter(None, (by_alias(table, tail) for tail in tails)), None)
