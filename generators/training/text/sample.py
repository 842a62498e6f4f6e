"""Facts drawn at random: the inputs from which the grammars write."""

import names
from facts import KNOWN

SKY_ZH = {
    "clear": "晴朗",
    "sunny": "晴",
    "cloudy": "多云",
    "overcast": "阴",
    "foggy": "有雾",
    "rain": "有雨",
    "showers": "有阵雨",
    "snow": "有雪",
    "thunderstorms": "有雷雨",
}
CAUSE_ZH = {
    "accident": "交通事故",
    "roadworks": "道路施工",
    "flooding": "积水",
    "snow": "降雪",
    "breakdown": "车辆故障",
    "landslide": "山体滑坡",
    "demonstration": "集会",
}
TYPE_ZH = {
    "kettle": "水壶",
    "backpack": "背包",
    "lamp": "台灯",
    "headset": "耳机",
    "bicycle": "自行车",
    "jacket": "夹克",
    "desk": "书桌",
    "speaker": "音箱",
    "camera": "相机",
    "watch": "手表",
    "chair": "椅子",
    "scooter": "滑板车",
}
COLOUR_ZH = {
    "black": "黑色",
    "white": "白色",
    "red": "红色",
    "blue": "蓝色",
    "green": "绿色",
    "grey": "灰色",
    "yellow": "黄色",
    "brown": "棕色",
}
MATERIAL_ZH = {
    "steel": "钢",
    "cotton": "棉",
    "oak": "橡木",
    "aluminium": "铝",
    "leather": "皮革",
    "wool": "羊毛",
    "bamboo": "竹",
    "glass": "玻璃",
}
EVENT_ZH = {
    "concert": "音乐会",
    "exhibition": "展览",
    "lecture": "讲座",
    "film": "电影",
    "market": "集市",
    "fair": "博览会",
    "workshop": "工作坊",
}
DAY_ZH = dict(zip(KNOWN["day"], ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]))
ZH = {
    "sky": SKY_ZH,
    "cause": CAUSE_ZH,
    "type": TYPE_ZH,
    "colour": COLOUR_ZH,
    "material": MATERIAL_ZH,
    "event": EVENT_ZH,
    "day": DAY_ZH,
}
# Words outside the known lists, so that such words are copied and not forced into the list.
OTHER = {
    "sky": ["drizzle", "sleet", "hail", "haze", "light rain", "heavy snow", "strong winds", "light fog"],
    "cause": ["fog", "ice", "debris", "maintenance", "oil on the road", "fallen trees", "a parade"],
    "type": ["tent", "radio", "mug", "pillow", "bag", "clock", "router", "printer", "garden bench"],
    "colour": ["purple", "silver", "dark blue", "pink"],
    "material": ["linen", "plastic", "pine", "cork", "felt"],
    "event": ["parade", "reading", "play", "auction", "tour"],
}
OTHER_ZH = {
    "sky": ["有霾", "有冰雹", "有小雨", "有大风"],
    "cause": ["大雾", "结冰", "道路养护", "树木倒伏"],
    "type": ["帐篷", "杯子", "枕头", "闹钟", "打印机"],
    "colour": ["紫色", "银色", "深蓝色", "粉色"],
    "material": ["亚麻", "塑料", "松木", "毛毡"],
    "event": ["游行", "朗读会", "话剧", "拍卖会"],
}
_HARD, _SOFT = ["steel", "aluminium", "oak", "bamboo", "glass"], ["cotton", "leather", "wool"]
MADE_OF = {
    "kettle": ["steel", "glass"],
    "backpack": _SOFT,
    "lamp": _HARD,
    "bicycle": ["steel", "aluminium"],
    "jacket": _SOFT,
}
MADE_OF |= {
    "desk": _HARD,
    "chair": ["oak", "steel", "bamboo"],
    "watch": ["steel", "leather"],
    "scooter": ["steel", "aluminium"],
}
MADE_OF |= {TYPE_ZH[t]: words for t, words in MADE_OF.items()}
UNPOWERED = {t for w in ("kettle", "backpack", "jacket", "desk", "chair") for t in (w, TYPE_ZH[w])}
TEXT = {
    "river": {"name": "river"},
    "traffic": {"road": "road"},
    "match": {"home": "team", "away": "team", "scorer": "person"},
    "market": {"index": "index"},
    "product": {"name": "product"},
    "dialogue": {"a": "person", "b": "person"},
}


def draw(r, kind, chinese, keys, source=names):
    """Values for some keys of a kind; `source` makes the names (the evaluation passes its own)."""
    facts = {k: value(r, kind, k, chinese, source) for k in keys}
    return sensible(r, facts)


def sensible(r, facts):
    """The same facts, a little likelier: ordered extremes, a product of a fitting material."""
    for keys in (("low_c", "high_c"), ("low", "close", "high")):
        given = [k for k in keys if k in facts]
        facts |= zip(given, sorted((facts[k] for k in given), key=float))
    if "level_cm" in facts and abs(float(facts.get("change_cm", 0))) > float(facts["level_cm"]):
        level, change = facts["level_cm"], facts["change_cm"]
        facts |= {"level_cm": change.lstrip("-"), "change_cm": "-" * change.startswith("-") + level}
    made_of = MADE_OF.get(facts.get("type"))
    if made_of and "material" in facts:
        word = r.choice(made_of)
        facts["material"] = MATERIAL_ZH[word] if facts["material"] in MATERIAL_ZH.values() else word
    if facts.get("type") in UNPOWERED:
        facts.pop("battery_h", None)
    return facts


def value(r, kind, key, chinese, source):
    """One value, as a person would type it."""
    maker = TEXT.get(kind, {}).get(key) or (key if key in ("place", "day") else None)
    if maker:
        return getattr(source, maker + ("_zh" if chinese else ""))(r)
    if key in OTHER:
        known = [ZH[key][w] for w in KNOWN[key]] if chinese and r.random() < 0.5 else KNOWN[key]
        return r.choice(known if r.random() < 0.88 else OTHER_ZH[key] if chinese else OTHER[key])
    return number(r, key)


def number(r, key):
    """A number of a plausible size; the digits are drawn evenly, since the model must copy any."""
    if key in ("time", "reopens"):
        return f"{r.randint(0, 23):0{r.choice([1, 2])}d}:{r.choice(['00', '15', '30', '45', f'{r.randint(0, 59):02d}'])}"
    if key == "score":
        return (
            f"{r.choice([r.randint(0, 5), r.randint(0, 9)])}-{r.choice([r.randint(0, 5), r.randint(0, 9)])}"
        )
    if key in ("change_cm", "change_pct"):
        size = (
            digits(r, 1, 3)
            if key == "change_cm"
            else f"{r.randint(0, 9)}.{r.randint(0, 99):0{r.choice([1, 2])}d}"
        )
        return "0" if r.random() < 0.08 else r.choice(["", "-"]) + size
    if key in ("turnout_pct", "previous_pct"):
        return r.choice(
            [
                str(r.randint(10, 98)),
                f"{r.randint(10, 98)}.{r.randint(0, 9)}",
                f"{r.randint(10, 98)}.{r.randint(0, 99):02d}",
            ]
        )
    if key in ("low_c", "high_c"):
        return str(r.randint(-25, 25) if key == "low_c" else r.randint(-12, 42))
    if key in ("close", "high", "low"):
        return digits(r, 3, 5) + (f".{r.randint(0, 99):02d}" if r.random() < 0.35 else "")
    if key in ("price_eur", "price_cny"):
        return digits(r, 1, 4) + (f".{r.randint(0, 99):02d}" if r.random() < 0.3 else "")
    low, high = {
        "level_cm": (2, 4),
        "alert_cm": (3, 4),
        "wind_kmh": (1, 2),
        "rain_pct": (1, 2),
        "delay_min": (1, 3),
        "queue_km": (1, 2),
        "minute": (1, 2),
        "crowd": (2, 5),
        "eligible": (3, 7),
        "stations": (1, 4),
        "weight_g": (2, 5),
        "battery_h": (1, 2),
    }[key]
    return digits(r, low, high)


def digits(r, low, high):
    """A whole number of `low` to `high` digits."""
    length = r.randint(low, high)
    return str(r.randint(10 ** (length - 1), 10**length - 1))
