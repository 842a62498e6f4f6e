"""What time of day and weather do to colours."""

from canvas import blend, scaled

TIMES = ("dawn", "day", "dusk", "night")
WEATHERS = ("clear", "cloudy", "rain", "snow", "fog")

SKY = {  # top, horizon
    "dawn": ((255, 176, 150), (255, 232, 190)),
    "day": ((84, 166, 236), (196, 228, 250)),
    "dusk": ((92, 58, 128), (246, 132, 84)),
    "night": ((12, 18, 54), (42, 54, 108)),
}
BRIGHTNESS = {"dawn": 0.95, "day": 1.0, "dusk": 0.8, "night": 0.62}
GREY = {"dawn": (206, 196, 200), "day": (188, 194, 204), "dusk": (128, 116, 138), "night": (62, 70, 98)}
LAMP = (255, 226, 130)


class Light:
    """The colours of one time of day in one weather."""

    def __init__(self, time, weather):
        self.time = time
        self.weather = weather
        self.brightness = BRIGHTNESS[time]
        self.dark = time in ("dusk", "night")
        self.snowy = weather == "snow"
        veil = 0.0 if weather == "clear" else 0.25 if weather == "cloudy" else 0.6
        self.sky_top, self.sky_low = (blend(c, GREY[time], veil) for c in SKY[time])

    def on(self, colour):
        """A surface of this colour in this light."""
        warm = {"dawn": (255, 214, 190), "dusk": (255, 204, 186), "night": (196, 210, 255)}.get(self.time)
        lit = scaled(colour, self.brightness)
        if warm:
            lit = tuple(round(c * w / 255) for c, w in zip(lit, warm))
        return lit

    def window(self, by_day=(112, 150, 184)):
        """A window pane: lamp light after sunset."""
        return LAMP if self.dark else self.on(by_day)

    def roof(self, colour):
        """A roof, white under snow."""
        return self.on((238, 242, 248) if self.snowy else colour)

    def ground(self, colour=(104, 172, 88)):
        """Soil or grass, white under snow."""
        return self.on((232, 238, 246) if self.snowy else colour)
