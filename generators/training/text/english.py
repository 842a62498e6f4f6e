"""English wording. `[a|b]` is a choice, `$key` a fact.

LEAD opens a brief, MORE adds what is still unsaid, HEAD is a headline, CLOSE an optional last
sentence that claims nothing. Some keys reach the wording changed (see `grammar.view`): `$up`,
`$down`, `$same` for a change; `$won`, `$lost`, `$drawn` for a score, winner's goals first.
"""

CM, KM, MIN, PCT = "[centimetres|cm]", "[kilometres|km]", "minutes", "percent"
_RIVER = "[The $name at $place|The $name in $place|The river $name at $place|The $name|The river at $place|The river]"
_SCENE = "[in $place|at $place|near $place]"
_ON = "[| on $day]"

LEAD = {
    "river": [
        f"{_RIVER} [stood at|measured|was at|was measured at] $level_cm {CM}{_ON}.",
        f"[On $day, |]the [water level|level] of the $name[ at $place|] [was|stood at|came to] $level_cm {CM}.",
        f"The gauge at $place [showed|recorded|read] $level_cm {CM}[ for the $name|]{_ON}.",
        f"{_RIVER} [rose|climbed|has risen] by $up {CM}[, reaching $level_cm {CM}| to $level_cm {CM}| and now stands at $level_cm {CM}|].",
        f"{_RIVER} [fell|dropped|has fallen] by $down {CM}[, to $level_cm {CM}| to $level_cm {CM}| and now stands at $level_cm {CM}|].",
        f"{_RIVER} [was unchanged$same|held steady$same|did not move$same][ at $level_cm {CM}|]{_ON}.",
        f"[A reading|A measurement][ from $day|] puts the $name[ at $place|] at $level_cm {CM}.",
        f"[The alert level for|The alert mark on] the $name[ at $place|] is $alert_cm {CM}.",
        "[This is the report on|Here is the report on] the $name[ at $place|][ for $day|].",
    ],
    "weather": [
        "[$place can expect|$place will see|Forecasters expect] $sky[ on $day|].",
        "[The forecast for $place|The outlook for $place] is for $sky[ on $day|].",
        "$place [can expect|is in for|will have] $sky[ on $day|], with temperatures between $low_c and $high_c degrees.",
        "$day [brings|will bring] $sky[ to $place| in $place|].",
        "[On $day, temperatures|Temperatures] in $place will [range from|climb from] $low_c to $high_c degrees.",
        "Temperatures[ in $place|] will [reach|rise to] $high_c degrees[ on $day|].",
        "[The forecast for $place|The forecast for $place on $day|The forecast] [says|reads]: $sky.",
        "[This is the forecast for|Here is the forecast for] $place[ for $day|].",
    ],
    "traffic": [
        "[Traffic on $road|Traffic on $road near $place|Traffic near $place|Traffic] is [slow|disrupted|held up] [because of|owing to] $cause.",
        "$Cause [is causing delays|is slowing traffic|is holding up traffic] [on $road near $place|on $road|near $place].",
        f"[Drivers on $road|Drivers on $road near $place|Drivers near $place|Drivers] [face|should expect|can expect] delays of $delay_min {MIN}[ because of $cause| owing to $cause|].",
        f"A queue of $queue_km {KM} has formed [on $road near $place|on $road|near $place][ because of $cause|].",
        "[There are delays|There are hold-ups|Drivers face delays] [on $road near $place|on $road|near $place].",
        "[$road near $place|$road|The road at $place] is [to reopen|expected to reopen|due to reopen] at $reopens.",
        "There are delays on $road[ near $place|].",
    ],
    "match": [
        "$winner [beat|defeated|overcame] $loser $won[ in front of $crowd spectators| before a crowd of $crowd|].",
        "$winner won $won against $loser[ in front of $crowd spectators|].",
        "$loser lost $lost to $winner[ in front of $crowd spectators|].",
        "[The match between $home and $away|The game between $home and $away] ended $score[ in front of $crowd spectators|].",
        "$home and $away [drew $drawn|shared the points in a $drawn draw|played out a $drawn draw][ in front of $crowd spectators|].",
        "$home [played|met|hosted] $away[ in front of $crowd spectators|].",
        "[The match|The game] ended $score.",
        "$home [played|were in action] at home[ in front of $crowd spectators|].",
        "$away [played|were in action] away from home[ in front of $crowd spectators|].",
    ],
    "market": [
        "The $index [closed|ended|finished] at $close points[ on $day|].",
        "The $index [rose|gained|advanced|was up|climbed] $up percent[ on $day|][ to close at $close points| to $close points|, closing at $close points|].",
        "The $index [fell|lost|slipped|was down|dropped] $down percent[ on $day|][ to close at $close points| to $close points|, closing at $close points|].",
        "The $index [was unchanged$same|ended flat$same|did not move$same][ on $day|][ at $close points|].",
        "[On $day, the|The] $index [moved|traded|ranged] between $low and $high points.",
        "[$day's trading took|Trading took] the $index to a high of $high points[ and a low of $low points|].",
        "The index [closed|ended] at $close points[ on $day|].",
        "[These are the figures|Here are the figures] for the $index[ for $day|].",
    ],
    "election": [
        "Turnout[ in $place|] [was|came to|reached] $turnout_pct percent[ on $day|].",
        "[In $place, $turnout_pct percent of voters|$turnout_pct percent of voters in $place|Some $turnout_pct percent of voters] [cast a ballot|took part|went to the polls][ on $day|].",
        "Turnout[ in $place|] [was|came to] $turnout_pct percent, [compared with|against|after] $previous_pct percent at the previous election.",
        "[Voters in $place went to the polls|People in $place voted][ on $day|].",
        "[In $place, $eligible people|$eligible people in $place|Some $eligible people] were [eligible|entitled] to vote[ on $day|].",
        "$place voted[ on $day|][ at $stations polling stations|].",
    ],
    "product": [
        "[The $name|The new $name] is [a $colour $type|a $type][ made of $material| in $material|].",
        "[Meet|This is] the $name, [a $colour $type|a $type][ made of $material|].",
        "The $name is [a $type that weighs|a $colour $type that weighs] $weight_g grams.",
        "[The $name comes|The $type comes|It comes] in $colour[ and is made of $material|].",
        "The $name [costs|sells for|is priced at] [$price_eur euros|$price_cny yuan].",
        "[This|The] $colour $type is made of $material.",
        "The $name weighs $weight_g grams[ and is made of $material|].",
        "The $name runs for [up to $battery_h|$battery_h] hours on a charge.",
    ],
}

MORE = {
    "river": [
        f"[The level|The water] [rose|climbed|went up] by $up {CM}[ compared with the previous reading| since the previous reading|].",
        f"[The level|The water] [fell|dropped|went down] by $down {CM}[ compared with the previous reading| since the previous reading|].",
        "[That is unchanged$same from|That is the same$same as] the previous reading.",
        "The level did not change$same.",
        f"[The alert level|The alert mark|The warning level][ there| at this gauge|] [is|is set at|lies at] $alert_cm {CM}.",
        f"[An alert level|A warning level] of $alert_cm {CM} applies[ there| at this gauge|].",
        "[The reading is from|The figure is from|The reading was taken on|The measurement was taken on] $day.",
        f"The [level|gauge|water level] [stood at|was at] $level_cm {CM}[ on $day|].",
        "The reading was taken at $place[ on $day|].",
        "The river is the $name.",
    ],
    "weather": [
        "[The low will be|The minimum will be] $low_c degrees[ and the high $high_c degrees|].",
        "[Highs will reach|The high will be|The temperature will rise to] $high_c degrees.",
        "Temperatures will [range from|climb from|lie between] $low_c [to|and] $high_c degrees.",
        "[Lows of $low_c degrees are|A low of $low_c degrees is] [expected|forecast].",
        "[Winds of up to|Gusts of up to] $wind_kmh [kilometres per hour|km/h] [are expected|are likely|are forecast].",
        "The wind will [reach|blow at up to] $wind_kmh [kilometres per hour|km/h].",
        "[The chance of rain is|The probability of rain is|The risk of rain is put at] $rain_pct percent.",
        "[The chance of rain is put at $rain_pct percent|Rain has a probability of $rain_pct percent][, with winds of up to $wind_kmh km/h|].",
        "[The forecast is for|Forecasters expect] $sky.",
        "The forecast is for $day.",
        "This is the forecast for $place[ on $day|].",
    ],
    "traffic": [
        f"[Delays of|Waiting times of] $delay_min {MIN} [are reported|are expected].",
        f"[The delay is $delay_min {MIN}|Journeys take $delay_min {MIN} longer].",
        f"[The queue is $queue_km {KM} long|The tailback is $queue_km {KM} long|Traffic is backed up for $queue_km {KM}].",
        f"[The queue is|The tailback is] $queue_km {KM} long and the delay is $delay_min {MIN}.",
        "[The road is|The route is|It is] [expected|due] to reopen at $reopens.",
        "[Reopening is planned for|The road should be clear by] $reopens.",
        "[The cause is|The reason given is] $cause.",
        "The place affected is $place.",
        "The road affected is $road.",
    ],
    "match": [
        "$scorer [scored the first goal|opened the scoring|scored first][ in minute $minute|].",
        "The first goal [came|fell] in minute $minute[ through $scorer|].",
        "[The crowd was|Attendance was|The attendance was] $crowd.",
        "[The game|The match] was watched by $crowd [spectators|people].",
        "The final score was $score.",
        "[The home side were|The hosts were] $home.",
        "[The visitors were|The away side were] $away.",
    ],
    "market": [
        "The index [reached|touched] a high of $high points[ and a low of $low points|].",
        "[The day's high was|The session high was] $high points[ and the low $low points|].",
        "[The day's low was|The session low was] $low points.",
        "The index [rose|gained|was up] $up percent.",
        "[That is|This is] a [rise|gain] of $up percent.",
        "The index [fell|lost|was down] $down percent.",
        "[That is|This is] a [fall|loss] of $down percent.",
        "The index was unchanged$same.",
        "The index closed at $close points[ on $day|].",
        "[The figures are|The figure is] for $day.",
        "The index is the $index.",
    ],
    "election": [
        "[At the previous election turnout was|The previous figure was|Turnout at the previous election was] $previous_pct percent.",
        "[Turnout was|Turnout came to] $turnout_pct percent.",
        "[Some|In all,|A total of] $eligible people [were|had been] entitled to vote.",
        "[Ballots could be cast at|Voters could use] $stations polling stations.",
        "Voting took place [at $stations polling stations|in $place][ on $day|].",
        "Voting [took place|was held] on $day.",
        "$eligible people were entitled to vote at $stations polling stations.",
    ],
    "product": [
        "It [weighs|comes in at] $weight_g grams.",
        "It [is made of|is made from] $material.",
        "It comes in $colour.",
        "It is a $type.",
        "[It|The battery] [runs for|lasts] [up to $battery_h|$battery_h] hours[ on a charge| on one charge|].",
        "It weighs $weight_g grams and runs for $battery_h hours on a charge.",
        "[The price is|It costs|It sells for|It is available for] $price_eur euros.",
        "[The price is|It costs|It sells for|It is available for] $price_cny yuan.",
        "Its name is $name.",
    ],
}

HEAD = {
    "river": [
        f"$name[ at $place|] [at $level_cm {CM}|stands at $level_cm {CM}]",
        f"$name [rises|climbs] $up {CM}[ at $place|]",
        f"$name [falls|drops] $down {CM}[ at $place|]",
        "$name [steady$same|unchanged$same][ at $place|]",
        "[River level|Water level] at $place",
        "River level: the latest",
    ],
    "weather": [
        "$place[ on $day|]: $sky",
        "$Sky [for|in] $place[ on $day|]",
        "$place: [up to|highs of] $high_c degrees",
        "Weather for $place",
        "The weather forecast",
    ],
    "traffic": [
        "Delays on $road[ near $place|]",
        f"$road: delays of $delay_min {MIN}",
        f"$queue_km {KM} queue [on $road|near $place]",
        "$Cause [slows traffic on $road|near $place slows traffic]",
        "Delays near $place",
        "Traffic news",
    ],
    "match": [
        "$winner [beat|see off] $loser $won",
        "$home and $away draw $drawn",
        "$home $score $away",
        "[$home|$away] in action",
        "The match report",
    ],
    "market": [
        "$index [up|gains|rises] $up percent",
        "$index [down|slips|falls] $down percent",
        "$index [flat$same|unchanged$same]",
        "$index [closes|ends] at $close",
        "$index: the day in figures",
        "Markets: the day in figures",
    ],
    "election": [
        "Turnout[ in $place|] at $turnout_pct percent",
        "$turnout_pct percent vote in $place",
        "$place [votes|goes to the polls]",
        "Election turnout",
    ],
    "product": [
        "$name: a $colour $type",
        "$name, the $type[ made of $material|]",
        "[Introducing|New:] $name",
        "A $type in $colour",
        "A new product",
    ],
}

CLOSE = [
    "No further [details|figures] [were given|were available].",
    "[The figures are|All figures are] as supplied.",
    "[These are|Those are] the figures [supplied|available].",
    "Nothing further was reported.",
    "More was not reported.",
]

PHRASE = {
    "sky": {
        "clear": "clear skies",
        "sunny": "sunshine",
        "cloudy": "cloudy skies",
        "overcast": "overcast skies",
        "foggy": "fog",
    },
    "cause": {
        "accident": "an accident",
        "breakdown": "a broken-down vehicle",
        "landslide": "a landslide",
        "demonstration": "a demonstration",
    },
}

TALK = [
    (
        "[When|At what time] does the $event[ in $place|] [start|begin]?",
        "[It starts at|It begins at|At] $time.",
    ),
    ("[Are you going|Will you go] to the $event[ in $place|]?", "Yes, it [starts|begins] at $time."),
    ("Have you heard about the $event[ in $place|]?", "Yes, it [starts|begins] at $time."),
]
ASK_PRICE = ["[How much is a ticket|What does a ticket cost]?", "And what is the price?"]
REPLY_PRICE = ["[It is|A ticket is|It costs] $price_eur euros.", "$price_eur euros."]
BYE = ["[Good|Thank you|Thanks], see you there.", "[Then|Good,] I will come[ too|]."]
UNKNOWN = ["I do not know the time yet.", "The time was not given."]
COLON, SOMEONE, OTHER_ONE, EVENT = ": ", "Visitor", "Host", "event"
