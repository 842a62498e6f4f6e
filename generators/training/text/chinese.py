"""Chinese wording; the notation is that of `english`. Numerals are written as digits only."""

CM, KM, MIN = "厘米", "公里", "分钟"
_RIVER = "[$name$place站|$place站$name|$name$place段|$name|$place河段|河流]"

LEAD = {
    "river": [
        f"[$day，|]{_RIVER}[水位为|水位达|水位达到|的水位是|水位报]$level_cm厘米。",
        "[据$day测报，|据测报，|][$name$place站|$place站$name|$name|$place河段|河流]水位[上涨|升高|上升]$up厘米[，达到$level_cm厘米|，现为$level_cm厘米|，升至$level_cm厘米|]。",
        "[据$day测报，|据测报，|][$name$place站|$place站$name|$name|$place河段|河流]水位[下降|回落|下跌]$down厘米[，现为$level_cm厘米|，降至$level_cm厘米|]。",
        "[$name$place站|$place站$name|$name|$place河段|河流]水位[保持不变$same|没有变化$same|与前次持平$same][，为$level_cm厘米|]。",
        "$place[水文站|]测得$name水位$level_cm厘米。",
        "[$name|$place站|$name$place站]的警戒水位是$alert_cm厘米。",
        "最新读数显示，[$name$place站|$name|$place站]水位为$level_cm厘米。",
        "以下是[$name$place站|$place站$name|$name|$place站][$day|]的水情。",
    ],
    "weather": [
        "[预计$place$day|预计$day$place|$place$day|$day，$place|预计$place|$place]$sky[，气温$low_c至$high_c度|，气温在$low_c度到$high_c度之间|]。",
        "[$day，|][$place的|$place|]最高气温[为|将达|可达]$high_c度[，最低$low_c度|]。",
        "[预计$place$day|预计$place|预计$day|预计]天气情况：$sky。",
        "[$place$day|$place]气温[在$low_c度到$high_c度之间|为$low_c至$high_c度]。",
        "[$place|][气象部门预计|天气预报称，|预报显示，][$day|]$sky。",
        "以下是$place[$day|]的天气预报。",
    ],
    "traffic": [
        "[因$cause|受$cause影响]，[$road$place段|$place$road|$road|$place][通行缓慢|车流缓慢|出现拥堵|行车缓慢]。",
        "[$road$place段|$place$road|$road|$place][发生拥堵|车辆行驶缓慢|出现延误][，原因是$cause|][，车龙长$queue_km公里|，排队长度$queue_km公里|]。",
        "[$road$place段|$place$road|$road|$place][预计延误|延误约|延误]$delay_min分钟[，原因是$cause|]。",
        "[途经$road的|途经$place的|]车辆[需多等|将延误]$delay_min分钟[，原因是$cause|]。",
        "[$road$place段|$place$road|$road|$place]预计[于|在]$reopens恢复通行。",
        "[$road|$place$road|$place]排队车辆[长达|绵延]$queue_km公里。",
        "以下是[$road$place段|$place$road|$road]的路况。",
    ],
    "match": [
        "$winner以$won[战胜|击败|胜]$loser[，现场观众$crowd人|，$crowd名观众到场观赛|]。",
        "$loser以$lost[负于|不敌|败给]$winner[，现场观众$crowd人|]。",
        "$home[主场|]以$drawn战平$away[，现场观众$crowd人|]。",
        "$home与$away以$drawn[握手言和|战平|打平]。",
        "$home[主场对阵|主场迎战|迎战]$away[的比赛以$score结束|，比分$score|，比分为$score]。",
        "$home[主场迎战|主场对阵]$away[，$crowd名观众到场观赛|]。",
        "比赛以$score[结束|收场]。",
        "$home在主场出战。",
        "$away在客场出战。",
    ],
    "market": [
        "[$day，|]$index[收于|收报|报收]$close点。",
        "[$day，|]$index[上涨|收涨|涨]$up%[，收于$close点|，报$close点|，收报$close点|]。",
        "[$day，|]$index[下跌|收跌|跌]$down%[，收于$close点|，报$close点|，收报$close点|]。",
        "[$day，|]$index[收平$same|与前次持平$same|没有涨跌$same][，收于$close点|]。",
        "[$day，|]$index[盘中|]在$low点到$high点之间[波动|运行]。",
        "[$day，|]指数[收于|报]$close点。",
        "$index[盘中|]最高[达到|升至]$high点[，最低$low点|]。",
        "以下是$index[$day|]的行情。",
    ],
    "election": [
        "[$day，|]$place[投票率为|的投票率为|投票率达|选民投票率为]$turnout_pct%[，上届为$previous_pct%|，上届选举为$previous_pct%|]。",
        "[$day，|]$place[举行投票|举行选举|的选民前往投票][，投票率为$turnout_pct%|，共设$stations个投票站|]。",
        "[本次选举|此次选举|本次投票]投票率[为|达]$turnout_pct%[，上届为$previous_pct%|]。",
        "$place[共有|有]$eligible名登记选民[，投票率为$turnout_pct%|]。",
        "[$day|当地]举行投票。",
    ],
    "product": [
        "[$name是|全新的$name是|这款$name是]$colour的$type[，采用$material材质|]。",
        "$name是$type[，采用$material材质|，以$material制成|]。",
        "$name[重|净重|重量为]$weight_g克[，采用$material材质|，颜色为$colour|]。",
        "$name[采用$material材质|以$material制成|由$material制成][，颜色为$colour|，重$weight_g克|]。",
        "[$name|这款$type|本品][售价|的价格为|定价][$price_eur欧元|$price_cny元]。",
        "这款$colour的$type采用$material材质。",
        "$name[充电后|]可连续使用$battery_h小时。",
        "[$name|这款$type|本品]的颜色是$colour。",
    ],
}

MORE = {
    "river": [
        "[水位|]较前次[上涨|升高|上升]$up厘米。",
        "[水位|]较前次[下降|回落]$down厘米。",
        "水位[没有变化$same|与前次持平$same|保持不变$same]。",
        "[当地|该站|]警戒水位[为|是|定为]$alert_cm厘米。",
        "[这是|以上为]$day的[读数|数据]。",
        "[目前|]水位[为|是]$level_cm厘米。",
        "测点[位于|在]$place。",
        "河流名称为$name。",
    ],
    "weather": [
        "最低气温[为|]$low_c度[，最高$high_c度|]。",
        "最高气温[为|可达|]$high_c度。",
        "气温[在$low_c度到$high_c度之间|$low_c至$high_c度]。",
        "[风速|最大风速][可达|为|将达到][每小时$wind_kmh公里|$wind_kmh公里/小时]。",
        "降水概率[为|是|]$rain_pct%。",
        "[降水概率|下雨的概率][为|是]$rain_pct%，风速可达每小时$wind_kmh公里。",
        "天气情况：$sky。",
        "预报日期为$day。",
        "预报地点为$place。",
    ],
    "traffic": [
        "[预计|]延误[约|]$delay_min分钟。",
        "[排队长度|车龙长|拥堵长度][约|为|]$queue_km公里。",
        "排队$queue_km公里，延误$delay_min分钟。",
        "预计[于|在|]$reopens恢复通行。",
        "[道路|该路段][将|预计]在$reopens恢复。",
        "原因[是|为]$cause。",
        "地点[在|为]$place。",
        "涉及道路为$road。",
    ],
    "match": [
        "$scorer[首开纪录|打入首球|率先破门]。",
        "[第$minute分钟，|比赛第$minute分钟，]$scorer[首开纪录|打入首球|率先破门]。",
        "首球[出现|诞生]在第$minute分钟。",
        "[现场观众|到场观众|观众人数][为|]$crowd人。",
        "[最终比分|比分][为|是]$score。",
        "主队是$home。",
        "客队是$away。",
    ],
    "market": [
        "[盘中|]最高[达到|升至]$high点[，最低$low点|]。",
        "[盘中|]最低[降至|为]$low点。",
        "[指数|]上涨$up%。",
        "涨幅[为|是]$up%。",
        "[指数|]下跌$down%。",
        "跌幅[为|是]$down%。",
        "指数没有涨跌$same。",
        "[指数|]收于$close点。",
        "[以上为|这是]$day的[数据|行情]。",
        "指数名称为$index。",
    ],
    "election": [
        "上届[投票率|选举][为|是]$previous_pct%。",
        "投票率[为|是|达]$turnout_pct%。",
        "[登记选民|选民][共|共有|]$eligible人。",
        "[共设|设有]$stations个投票站。",
        "登记选民$eligible人，投票站$stations个。",
        "投票于$day举行。",
        "投票地点为$place。",
    ],
    "product": [
        "[重量|净重][为|]$weight_g克。",
        "[采用$material材质|材质为$material]。",
        "颜色[为|是]$colour。",
        "[产品|]类型为$type。",
        "[充电后|]可连续使用$battery_h小时。",
        "续航[时间|][为|达]$battery_h小时。",
        "重$weight_g克，续航$battery_h小时。",
        "[售价|价格][为|是|]$price_eur欧元。",
        "[售价|价格][为|是|]$price_cny元。",
        "产品名称为$name。",
    ],
}

HEAD = {
    "river": [
        "$name[$place站|]水位[$level_cm厘米|达$level_cm厘米]",
        "$name[$place段|]水位[涨|上涨]$up厘米",
        "$name[$place段|]水位[降|回落]$down厘米",
        "[$name|$place]水位[持平$same|平稳$same]",
        "$place水情",
        "水情简讯",
    ],
    "weather": ["$place[$day|]：$sky", "$place[$day|]最高$high_c度", "$place天气预报", "天气预报"],
    "traffic": [
        "$road[$place段|]通行缓慢",
        "$road延误$delay_min分钟",
        "[$road|$place]排队$queue_km公里",
        "$place路况",
        "路况简讯",
    ],
    "match": ["$winner$won胜$loser", "$home$drawn战平$away", "$home对阵$away", "赛果"],
    "market": [
        "$index[涨|上涨]$up%",
        "$index[跌|下跌]$down%",
        "$index收平$same",
        "$index收于$close点",
        "$index行情",
        "市场行情",
    ],
    "election": ["$place投票率$turnout_pct%", "$place举行投票", "选举投票情况"],
    "product": ["$name：$colour的$type", "新品$name", "$type新品", "新品介绍"],
}

CLOSE = [
    "[目前|暂时]没有更多[信息|数据|消息]。",
    "[以上数据|上述数据]均来自所给资料。",
    "其他情况未作说明。",
    "未提供更多细节。",
]
PHRASE = {}

TALK = [
    ("[$place的|]$event[什么时候|几点]开始？", "[$time|是$time]开始。"),
    ("[你去$place的|你去]$event吗？", "去，$time开始。"),
    ("[你听说$place的|你听说]$event了吗？", "听说了，[$time|是$time]开始。"),
]
ASK_PRICE = ["[票价|门票]多少？", "票价是多少？"]
REPLY_PRICE = ["[票价|门票]$price_eur欧元。", "$price_eur欧元。"]
BYE = ["[好的|谢谢]，到时见。", "那我也去。"]
UNKNOWN = ["时间还没有公布。", "还不知道时间。"]
COLON, SOMEONE, OTHER_ONE, EVENT = "：", "观众", "主办方", "活动"
