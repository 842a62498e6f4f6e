"""Prompts in free words, without facts: the answer names the subject and invents no figure."""

import names
from names import word

TOPICS = [
    "the river level",
    "water levels",
    "the flood situation",
    "the weather",
    "the weather forecast",
    "traffic",
    "the traffic situation",
    "road works",
    "the match",
    "the football match",
    "the stock market",
    "share prices",
    "voter turnout",
    "the election",
    "a new kettle",
    "the new backpack",
    "the concert",
    "a desk lamp",
    "the harbour festival",
    "the new library",
    "school holidays",
    "the town council",
    "a museum opening",
    "the ferry timetable",
    "local trains",
    "autumn",
    "the sea",
    "the morning market",
    "the old bridge",
    "winter",
    "the city budget",
    "a bicycle race",
    "the art exhibition",
    "public transport",
    "a power cut",
    "the water supply",
    "the night sky",
    "the new tram line",
    "a charity run",
    "the book fair",
    "housing",
    "a lost dog",
    "the train station",
    "the mountains",
]
TOPICS_ZH = """河流水位 水位 汛情 天气 天气预报 交通 路况 道路施工 比赛 足球比赛 股市 股价 投票率 选举 新水壶 背包 音乐会 台灯 港口节日 新图书馆 学校假期
博物馆开馆 轮渡时刻 地方列车 秋天 大海 早市 老桥 冬天 城市预算 自行车赛 艺术展 公共交通 停电 供水 夜空 新电车线路 慈善跑 书展 住房 火车站 山""".split()
ADJECTIVES = "new old local small public annual summer winter open free quiet busy".split()
NOUNS = """garden school theatre bakery station street park harbour bridge farm clinic factory tower festival race choir orchestra stadium
forest lake island valley church square hotel cinema gallery workshop vineyard canal airport""".split()

KIND_WORDS = [
    "brief",
    "news brief",
    "short brief",
    "note",
    "news item",
    "report",
    "update",
    "short text",
    "paragraph",
    "story",
    "poem",
    "article",
    "blog post",
    "notice",
    "summary",
]
OPEN = [
    "Two-sentence {k} on {t}",
    "Write a {k} about {t}",
    "Write a {k} on {t}",
    "A {k} about {t}",
    "Short {k} on {t}",
    "Please write a {k} about {t}",
    "write a {k} about {t}",
    "Give me a {k} on {t}",
    "{T}",
    "Tell me about {t}",
    "What is the latest on {t}?",
    "One-paragraph {k} on {t}",
    "{k} on {t}",
    "Write {n} sentences about {t}",
    "{n}-line {k} on {t}",
]
OPEN_ZH = [
    "写一则关于{t}的简讯",
    "请写一段关于{t}的短文",
    "写一则{t}简讯",
    "关于{t}的两句话简讯",
    "{t}",
    "请介绍{t}",
    "用两句话说说{t}",
    "写一篇关于{t}的报道",
    "{t}的最新情况",
    "写一首关于{t}的诗",
    "请写{t}的新闻",
    "写一个关于{t}的故事",
    "用{n}句话介绍{t}",
    "写{n}字的{t}短文",
]

ANSWER = [
    "No figures were given for {t}.",
    "No figures on {t} were supplied.",
    "There are no figures for {t} in the request.",
    "The request gives no facts about {t}.",
    "Facts about {t} were not supplied.",
]
THEN = [
    "This brief therefore names none.",
    "A fuller brief needs the facts.",
    "[Further|More] details were not available.",
    "A brief with figures can follow once they are known.",
    "Nothing more can be said until the facts are known.",
    "This note keeps to the subject and adds nothing to it.",
    "Please consult the responsible [office|service] for the latest information.",
]
ANSWER_ZH = [
    "目前没有关于{t}的具体数据。",
    "关于{t}，未提供任何数据。",
    "所给内容中没有{t}的数据。",
    "{t}的相关数据尚未提供。",
    "暂无{t}的具体信息。",
]
THEN_ZH = [
    "因此本文不列数字。",
    "获得资料后方可写出详细简讯。",
    "更多细节有待提供。",
    "最新情况请向有关部门查询。",
    "在资料齐备之前，不作更多说明。",
    "本文只说明主题，不作补充。",
]


def example(r, is_chinese):
    """A prompt and its answer."""
    topic = topic_zh(r) if is_chinese else topic_en(r)
    if is_chinese:
        return r.choice(OPEN_ZH).format(t=topic, n=r.choice([2, 3, 4, 5, 50, 100])), answer(
            r, topic, ANSWER_ZH, THEN_ZH, ""
        )
    form = r.choice(OPEN).format(
        t=topic, k=r.choice(KIND_WORDS), n=r.randint(2, 5), T=topic[:1].upper() + topic[1:]
    )
    form = form.replace(" a update", " an update").replace(" a article", " an article")
    return form.rstrip("?"), answer(r, topic, ANSWER, THEN, " ")


def answer(r, topic, first, then, space):
    """One sentence that names the subject, and one or two more."""
    from grammar import expand_all

    rest = r.sample(expand_all(tuple(then)), r.choice([1, 1, 2]))
    return space.join([r.choice(first).format(t=topic)] + rest)


def topic_en(r):
    """A subject: a known one, or words put together, often with a place."""
    odd = r.random()
    if odd < 0.5:
        base = r.choice(TOPICS)
    elif odd < 0.65:
        base = f"the {names.river(r)}"
    elif odd < 0.92:
        base = f"{r.choice(['the', 'a', 'the'])} {r.choice(ADJECTIVES + [word(r).lower()])} {r.choice(NOUNS + [word(r).lower()])}"
    else:
        base = f"{word(r).lower()} and {word(r).lower()}"
    return base + (f" {r.choice(['in', 'at', 'near', 'in'])} {names.place(r)}" if r.random() < 0.65 else "")


def topic_zh(r):
    """A subject in Chinese."""
    odd = r.random()
    base = (
        r.choice(TOPICS_ZH)
        if odd < 0.7
        else names.river_zh(r)
        if odd < 0.8
        else names.han(r, names.PLACE_CHARS + names.GIVEN, 2, 4)
    )
    return (names.place_zh(r) if r.random() < 0.65 else "") + base
