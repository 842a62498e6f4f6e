"""Names to copy. Most are invented, so that the model learns to copy and not to remember.

`HELD_OUT` names appear in no training text; the evaluation uses only them and fresh inventions.
"""

PLACES = """Dresden Oslo Lisbon Porto Turin Leipzig Ghent Lyon Nantes Leeds York Tampere Aarhus Krakow Gdansk Brno
Split Varna Kyoto Osaka Busan Nairobi Quito Recife Tulsa Reno Hamburg Basel Linz Geneva Seville Bilbao Bergen Cork
Malmö Zürich Köln Åre Ústí""".split()
RIVERS = (
    "Elbe Rhine Loire Po Vistula Oder Thames Severn Mekong Nile Volta Drava Sava Seine Ebro Main Inn".split()
)
FIRST = "Anna Tom Nora Emil Lena Jonas Clara Hugo Maya Ivan Rosa Felix Sara Omar Lucy Peter Ines Karl".split()
TEAM_ENDS = ["United", "Rovers", "City", "Athletic", "FC", "Wanderers", "Town", "Albion", ""]
INDICES = "DAX|FTSE|Nikkei|CAC|Ibex|OMX|Hang Seng|FTSE 100|CAC 40|Euro Stoxx|TSX|Sensex".split("|")
MONTHS = "January February March April May June July August September October November December".split()

HELD_OUT = {
    "place": "Passau Graz Bristol Rouen Verona Uppsala Tartu Zadar Kassel Namur Coimbra Winnipeg Darwin Hobart".split(),
    "river": "Danube Douro Tagus Arno Garonne Moselle Neckar Orinoco Yukon Clyde Tisza Narva".split(),
    "first": "Greta Boris Wanda Oscar Tilda Ralf".split(),
    "index": ["Dow", "BEL 20", "Bovespa", "SMI", "Kospi"],
    "地": "重庆 南京 宜昌 九江 芜湖 襄阳 柳州 梧州 兰州 开封 哈尔滨 拉萨 曼谷 雅典 布拉格 卑尔根 都灵".split(),
    "河": "嘉陵江 汉江 湘江 赣江 珠江 淮河 渭河 乌江 多瑙河 伏尔加河".split(),
    "人": "林若溪 周启明 沈佳 何志远 尤里 马尔科".split(),
    "指": "深证成指 科创指数 日经指数 道琼斯指数 富时指数".split(),
}

PLACES_ZH = """武汉 上海 北京 成都 杭州 苏州 合肥 长沙 南昌 西安 洛阳 济南 青岛 大连 沈阳 长春 昆明 贵阳 桂林 厦门 福州 宁波 温州
无锡 扬州 岳阳 荆州 万州 天津 广州 深圳 香港 东京 大阪 首尔 巴黎 伦敦 柏林 莱比锡 德累斯顿 里斯本 奥斯陆 华沙 罗马""".split()
RIVERS_ZH = (
    "长江 黄河 钱塘江 松花江 辽河 闽江 岷江 沅江 海河 怒江 澜沧江 漓江 易北河 莱茵河 塞纳河 泰晤士河".split()
)
INDICES_ZH = "上证指数 恒生指数 沪深300指数 创业板指 中证500指数 德国DAX指数".split()
SURNAMES = "王李张刘陈杨赵黄吴徐孙胡朱高郭罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤林周沈何尤马"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰飞凤洁梅琳素云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉晨欣怡子涵浩宇轩然博文思远志启若溪俊峰鹏辉建国庆春秋冬海波天翔昊诗雨梦琪瑶婷珊"
PLACE_CHARS = "安北白宝昌长常朝成城川春德东定都丰凤福富高广贵桂海汉杭河合和衡红洪湖华淮黄惠吉济嘉建江金锦晋京荆景靖九开康昆兰乐黎丽连林临柳六龙泸洛马茂梅绵明南宁盘平萍濮莆浦青清庆曲泉荣瑞三沙山商上韶邵绍深沈石双水松苏宿绥遂台泰唐天通铜万威潍温文乌无梧武西锡厦仙咸湘襄孝新信兴徐许宣雅延盐扬阳宜益银鹰营永榆玉岳云运枣湛张漳昭肇镇郑中舟周珠株淄自遵"
SOUND_CHARS = "阿埃艾安奥巴拜班邦保贝本比彼边别波伯布查达戴丹道德登迪蒂丁都多恩尔法菲芬弗福盖格根古哈海汉赫亨华霍基吉加贾金卡凯坎康科克肯库拉莱兰朗劳勒雷黎李里利丽林留卢鲁伦罗洛马麦曼梅门蒙米密缅明莫木穆纳南内尼纽努诺欧帕派庞佩彭皮普齐奇切丘热日荣瑞若撒萨塞桑森沙山舍圣施什史士斯苏索塔泰坦汤陶特提田廷通图托瓦万旺威维温翁沃乌吾西希夏香谢辛雄休雅延扬耶伊因英尤于约泽扎詹占乔珍兹佐"

# Frequent characters, and those of the wording: people will type them in names too.
COMMON = """的是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她
本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世
位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便
空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔赛晨晚夏冬养岷细坊败怒风灯版卖
言馆竹玻算请塑晤列毡包胜亚每篷读沧款坡材途县故误型升破尚倒钢晴雾短元竞铝善圳预阪缓箱革航棉复艺暂球束校获灰负阵办剧背拍沅椅站枕绿涨游录帐讯轮纪待茵印续霾速跌涉省积备字滑讲渡房未慢塘
颜持树选跑停节览稳综较澜花羊落隧肥示询冰流充岛星一写敌往车易护漓港桥响句火阴堵辽汛慈握影况夜始驶届恢棕蓝首收篇息诞恒浪均辆消击座采众股售供壶戒称吗联价闹早料需桌假容迎降测率障杯集低
顿概黑客补紫柏粉幅累警净音夹璃敦具投足线闽介票零津排拥举刻技质简闻沪板终显麻述雹详橡厘耳""".replace("\n", "")
# Every character with a token of its own must be copied now and then, or its token stays untaught.
EVERY_CHAR = "".join(
    sorted(
        set(
            PLACE_CHARS
            + SOUND_CHARS
            + SURNAMES
            + GIVEN
            + COMMON
            + "".join("".join(HELD_OUT[k]) for k in "地河人指")
        )
    )
)

ONSETS = "b br c ch d dr f fl g gr h j k kl l m n p pr r s sch sh st t tr v w z th sk".split()
VOWELS = "a e i o u ai ea ie ou ee oo ei au ä ö ü é å".split()
VOWEL_ODDS = [9, 9, 8, 8, 6, 1, 1, 1, 1, 1, 1, 1, 1, 0.3, 0.4, 0.4, 0.3, 0.2]
CODAS = ["", "", "", "n", "r", "l", "s", "m", "nd", "rt", "st", "ck", "ng", "x", "t", "d"]
PLACE_ENDS = "burg ton ford ville stad haven by mouth field berg au ia ow ice heim dale".split()


# Pieces that syllables do not make, so that every piece of the vocabulary is copied now and then.
PIECES = """way land ber well wick wood stone bridge chester cliff gate hill minster nor ex ox quay beck worth shire gal mar
del santa puerto ville court mont bel gar ven tion ing age ell ish ness port castle pool head sea wind rock water king
queen son sen ski ova escu poulos ian ez era ado ino ette elle eau oux yn igh ough augh wr kn ph qu""".split()
LETTERS = "eeeeeaaaaiiiooottnnssrrllddhhccuummppggbbffyywwkkvvjxqz"


def word(r, longest=3):
    """An invented capitalised word: pieces, plain letters, or one to three syllables."""
    odd = r.random()
    if odd < 0.2:
        return "".join(r.choice(PIECES) for _ in range(r.randint(2, 3))).capitalize()
    if odd < 0.32:
        return "".join(r.choice(LETTERS) for _ in range(r.randint(3, 8))).capitalize()
    parts = [
        r.choice(ONSETS if r.random() < 0.85 else [""]) + r.choices(VOWELS, VOWEL_ODDS)[0] + r.choice(CODAS)
        for _ in range(r.choice([1, 2, 2, longest]))
    ]
    text = "".join(parts)
    return (text if len(text) > 2 else text + "na").capitalize()


def place(r):
    """A town."""
    if r.random() < 0.25:
        return r.choice(PLACES)
    name = word(r, 2) + (r.choice(PLACE_ENDS) if r.random() < 0.35 else "")
    odd = r.random()
    if odd < 0.06:
        return r.choice(["New", "Port", "Saint", "Upper", "San", "North", "East"]) + " " + name
    return f"{name}-{word(r)}" if odd < 0.08 else name


def river(r):
    """A river."""
    return r.choice(RIVERS) if r.random() < 0.25 else word(r)


def team(r):
    """A sports side."""
    return f"{place(r)} {r.choice(TEAM_ENDS)}".strip()


def person(r):
    """A first name, or a full one."""
    first = r.choice(FIRST) if r.random() < 0.5 else word(r, 2)
    return first if r.random() < 0.4 else f"{first} {word(r)}"


def index(r):
    """A share index."""
    if r.random() < 0.3:
        return r.choice(INDICES)
    letters = "".join(r.choice("ABCDEFGHIKLMNOPRSTUVX") for _ in range(r.randint(2, 5)))
    return letters + (
        f" {r.choice([20, 25, 30, 35, 40, 50, 100, 200, 300, 500])}" if r.random() < 0.25 else ""
    )


def product(r):
    """A product's name, with a model number now and then."""
    return word(r, 2) + r.choice(
        [
            "",
            "",
            "",
            f" {r.randint(2, 9)}",
            f" {r.choice('XSTRZ')}{r.randint(1, 30)}",
            " Pro",
            " Mini",
            " " + word(r, 1),
        ]
    )


def road(r):
    """A road number or a street."""
    return r.choice(
        [
            f"{r.choice('ABEMNGSD')}{r.randint(1, 999)}",
            f"{r.choice('ABEM')}{r.randint(1, 99)}",
            f"Route {r.randint(1, 99)}",
            f"{word(r)} {r.choice(['Street', 'Road', 'Bridge', 'Tunnel'])}",
        ]
    )


def day(r):
    """A weekday, seldom a date."""
    if r.random() < 0.9:
        return r.choice("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())
    return f"{r.randint(1, 28)} {r.choice(MONTHS)}"


def han(r, letters, low, high):
    """Some Han characters of a set, now and then one that the tokenizer must spell in bytes."""
    letters = EVERY_CHAR if r.random() < 0.5 else letters
    text = [r.choice(letters) for _ in range(r.randint(low, high))]
    if r.random() < 0.04:
        text[r.randrange(len(text))] = chr(r.randint(0x4E00, 0x9FA5))
    return "".join(text)


def place_zh(r):
    """A town in Chinese."""
    odd = r.random()
    if odd < 0.25:
        return r.choice(PLACES_ZH)
    if odd < 0.7:
        return han(r, PLACE_CHARS, 2, 2) + r.choice(["", "", "", "市", "县", "镇"])
    return han(r, SOUND_CHARS, 2, 4) if odd < 0.92 else place(r)


def river_zh(r):
    """A river in Chinese."""
    odd = r.random()
    if odd < 0.25:
        return r.choice(RIVERS_ZH)
    if odd < 0.7:
        return han(r, PLACE_CHARS, 1, 2) + r.choice("江河河溪水")
    return han(r, SOUND_CHARS, 2, 3) + "河" if odd < 0.92 else river(r)


def team_zh(r):
    """A sports side in Chinese."""
    return (
        team(r)
        if r.random() < 0.06
        else place_zh(r) + r.choice(["队", "联队", "竞技", "城", "流浪者", "", "大学"])
    )


def person_zh(r):
    """A person in Chinese."""
    if r.random() < 0.25:
        return han(r, SOUND_CHARS, 2, 4)
    return r.choice(SURNAMES) + han(r, GIVEN, 1, 2)


def index_zh(r):
    """A share index in Chinese."""
    if r.random() < 0.3:
        return r.choice(INDICES_ZH)
    return (
        han(r, PLACE_CHARS + SOUND_CHARS, 2, 2) + r.choice(["指数", "综指", "成指"])
        if r.random() < 0.8
        else index(r)
    )


def product_zh(r):
    """A product's name in Chinese."""
    name = han(r, PLACE_CHARS + GIVEN, 2, 3) if r.random() < 0.7 else word(r, 2)
    return name + r.choice(
        ["", "", "", str(r.randint(2, 9)), f"{r.choice('XSTRZ')}{r.randint(1, 30)}", "青春版"]
    )


def road_zh(r):
    """A road in Chinese."""
    return r.choice(
        [
            f"G{r.randint(1, 99)}高速",
            f"S{r.randint(1, 999)}省道",
            f"G{r.randint(100, 999)}国道",
            han(r, PLACE_CHARS, 2, 2) + r.choice(["路", "大道", "高速", "大桥", "隧道"]),
            road(r),
        ]
    )


def day_zh(r):
    """A weekday in Chinese or English, seldom a date."""
    odd = r.random()
    if odd < 0.5:
        return r.choice(["周", "星期"]) + r.choice("一二三四五六日")
    return day(r) if odd < 0.9 else f"{r.randint(1, 12)}月{r.randint(1, 28)}日"
