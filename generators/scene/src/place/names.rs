//! What things and places are called.

/// Kind, English, Chinese; empty for what nobody points at.
const LABELS: [(&str, &str, &str); 46] = [
    ("boat", "Fishing boat", "渔船"),
    ("sailboat", "Sailing boat", "帆船"),
    ("lighthouse", "Lighthouse", "灯塔"),
    ("house", "House", "房子"),
    ("townhouse", "Town house", "临街房屋"),
    ("church", "Church", "教堂"),
    ("tower", "Clock tower", "钟楼"),
    ("windmill", "Windmill", "风车"),
    ("castle", "Castle", "城堡"),
    ("shed", "Harbour shed", "渔具房"),
    ("bridge", "Bridge", "桥"),
    ("car", "Car", "汽车"),
    ("train", "Train", "列车"),
    ("balloon", "Hot-air balloon", "热气球"),
    ("bicycle", "Bicycle", "自行车"),
    ("tree", "Tree", "树"),
    ("pine", "Pine", "松树"),
    ("palm", "Palm", "棕榈"),
    ("cactus", "Cactus", "仙人掌"),
    ("bush", "Bush", "灌木"),
    ("flowers", "Flowers", "花"),
    ("rock", "Rock", "岩石"),
    ("stall", "Market stall", "摊位"),
    ("bench", "Bench", "长椅"),
    ("streetlamp", "Street lamp", "路灯"),
    ("crates", "Crates", "箱子"),
    ("barrel", "Barrel", "木桶"),
    ("fence", "Fence", "栅栏"),
    ("fountain", "Fountain", "喷泉"),
    ("bollard", "Bollard", "系缆桩"),
    ("parasol", "Parasol", "阳伞"),
    ("flag", "Flag", "旗帜"),
    ("desk", "News desk", "播报台"),
    ("screen", "Screen", "屏幕"),
    ("spotlight", "Spotlight", "聚光灯"),
    ("camera-rig", "Studio camera", "摄像机"),
    ("sign", "Signpost", "路标"),
    ("campfire", "Campfire", "篝火"),
    ("net", "Fishing net", "渔网"),
    ("mountain", "Mountain", "山"),
    ("block", "Skyline", "天际线"),
    ("water", "", ""),
    ("ground", "", ""),
    ("cloud", "", ""),
    ("ridge", "", ""),
    ("sails", "", ""),
];

const PLACES: [(&str, &str, &str); 15] = [
    ("harbour", "A harbour", "港口"),
    ("market", "A market", "集市"),
    ("street", "A street", "街道"),
    ("mountain", "A mountain lake", "山间湖畔"),
    ("studio", "A newsroom studio", "新闻演播室"),
    ("park", "A park", "公园"),
    ("beach", "A beach", "海滩"),
    ("village", "A village", "村庄"),
    ("forest", "A forest", "森林"),
    ("desert", "A desert", "沙漠"),
    ("field", "Fields", "田野"),
    ("river", "A river", "河边"),
    ("lake", "A lake", "湖边"),
    ("plaza", "A square", "广场"),
    ("stage", "A stage", "展台"),
];

/// What a kind of thing is called.
pub(crate) fn label(kind: &str, chinese: bool) -> &'static str {
    let row = LABELS.iter().find(|row| row.0 == kind);
    row.map_or("", |row| if chinese { row.2 } else { row.1 })
}

/// What a kind of place is called.
pub(crate) fn place_name(place: &str, chinese: bool) -> &'static str {
    let row = PLACES.iter().find(|row| row.0 == place);
    row.map_or("", |row| if chinese { row.2 } else { row.1 })
}
