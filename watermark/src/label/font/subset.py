"""Makes labels.otf: the glyphs that label texts may use, out of Noto Sans CJK SC Bold.

    pip install fonttools==4.68.0
    python subset.py NotoSansCJK-Bold.ttc labels.otf
"""

import string
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

NAME = "Imprimatur Labels"
SIMPLIFIED_CHINESE = 2
TEXTS = (
    string.ascii_letters
    + string.digits
    + " -.,:/()+&·"
    + "人工智能生成合辅助编辑修改内容本图片像视频音文由使用制作的新闻声效果为部分虚拟提示标识"
)

source, target = sys.argv[1:]
options = subset.Options(
    hinting=False, desubroutinize=True, notdef_outline=True, layout_features=[], drop_tables=["BASE", "VORG", "vhea", "vmtx", "DSIG"],
    name_IDs=[0, 1, 2, 4, 6, 13, 14],
)
font = TTFont(source, fontNumber=SIMPLIFIED_CHINESE)
subsetter = subset.Subsetter(options)
subsetter.populate(text=TEXTS)
subsetter.subset(font)
names = font["name"]
names.names = [name for name in names.names if name.langID == 0x409]
for number, text in {1: NAME, 2: "Bold", 4: NAME + " Bold", 6: "ImprimaturLabels-Bold"}.items():
    names.setName(text, number, 3, 1, 0x409)
cff = font["CFF "].cff
cff.fontNames = ["ImprimaturLabels-Bold"]
for key in ("FullName", "FamilyName", "Notice", "Copyright"):
    if hasattr(cff.topDictIndex[0], key):
        setattr(cff.topDictIndex[0], key, NAME)
cff.topDictIndex[0].Copyright = names.getDebugName(0)
font.save(target)
